//! Event descriptors in a chart (W3C tests 396 and 399); the interning itself is tested beside its code.

use crate::notation::Run;

#[test]
fn descriptors() {
    let cases: &[(&str, &str, bool)] = &[
        ("foo", "foo", true),
        ("foo", "foo.bar", true),
        ("foo", "foot", false),
        ("foo.*", "foo", true),
        ("foo.*", "foo.zoo.x", true),
        ("foo.", "foo.zoo", true),
        ("foo.bar", "foo", false),
        ("foo bar", "bar.x", true),
        ("*", "anything", true),
        ("=foo", "foo", true),
        ("=foo", "foo.bar", false),
        ("foo", "FOO", false),
    ];
    for (descriptor, event, expected) in cases {
        let mut run = Run::new(&format!(
            "
        state a
          on {descriptor} to b
          on foo.zoo.y do nothing
        state b"
        ))
        .start();
        run.send(event);
        assert_eq!(run.seen() == "b", *expected, "{descriptor} ~ {event}");
    }
}

#[test]
fn tokens_can_be_asked() {
    let run = Run::new(
        "
        state a
          on foo to a
          on error.mine to a",
    );
    let chart = &run.chart;
    let transition = chart.transitions(chart.state("a").unwrap()).next().unwrap();
    assert!(chart.matches(transition, chart.event("foo.x")));
    assert!(!chart.matches(transition, chart.event("x.foo")));
    assert!(chart.is_error(chart.event("error")) && chart.is_error(chart.event("error.platform.x")));
    assert!(chart.is_error(chart.event("error.mine")) && !chart.is_error(chart.event("errors")));
}
