//! What is refused, with its name and its place.

use super::refusal;

/// The document's content starts in line 2.
fn document(model: &str, attributes: &str, body: &str) -> String {
    super::document(model, attributes, &format!("\n{body}"))
}

/// Compares all at once, to show every difference.
fn check(table: &[(String, &str)]) {
    let seen: Vec<String> = table.iter().map(|(scxml, _)| refusal(scxml)).collect();
    let expected: Vec<&str> = table.iter().map(|(_, expected)| *expected).collect();
    assert_eq!(seen, expected);
}

#[test]
fn elements_and_attributes() {
    let in_state = |content: &str| document("cel", "", &format!("<state id='a'>{content}</state>"));
    let in_entry = |content: &str| in_state(&format!("<onentry>{content}</onentry>"));
    let table: &[(String, &str)] = &[
        ("<html/>".into(), "root element <html>, line 1, column 1"),
        (document("ecmascript", "", "<state id='a'/>"), r#"datamodel="ecmascript" of <scxml>, line 1, column 62"#),
        (document("cel", r#"version2="1""#, ""), "attribute version2 of <scxml>, line 1, column 78"),
        (document("cel", r#"binding="never""#, ""), r#"binding="never" of <scxml>, line 1, column 78"#),
        ("<scxml version='2.0'><state id='a'/></scxml>".into(), r#"version="2.0" of <scxml>, line 1, column 8"#),
        (document("cel", "", "<script/>"), "element <script> in <scxml>, line 2, column 1"),
        (document("cel", "", "<initial/>"), "element <initial> in <scxml>, line 2, column 1"),
        (in_state("<invoke/>"), "element <invoke> in <state>, line 2, column 15"),
        (in_state("stray"), "text in <state>, line 2, column 15"),
        (in_state("<x:foo xmlns:x='urn:x'/>"), "element <foo> of namespace urn:x, line 2, column 15"),
        (in_state("<transition event='e' kind='x'/>"), "attribute kind of <transition>, line 2, column 37"),
        (in_state("<transition event='e' type='x'/>"), r#"type="x" of <transition>, line 2, column 37"#),
        (in_state("<onentry><script>x</script></onentry>"), "element <script> in <onentry>, line 2, column 24"),
        (in_entry("<raise/>"), "<raise> without attribute event, line 2, column 24"),
        (in_entry("<send/>"), "<send> without attribute event, line 2, column 24"),
        (in_entry("<send event='a' eventexpr='b'/>"), "attribute eventexpr of <send> beside event, line 2, column 40"),
        (in_entry("<send event='a' hints='b'/>"), "attribute hints of <send>, line 2, column 40"),
        (in_entry("<cancel/>"), "<cancel> without attribute sendid, line 2, column 24"),
        (in_entry("<assign expr='1'/>"), "<assign> without attribute location, line 2, column 24"),
        (
            in_entry("<assign location='x' expr='1'>2</assign>"),
            "<assign> with both expr and content, line 2, column 24",
        ),
        (in_entry("<foreach item='x'/>"), "<foreach> without attribute array, line 2, column 24"),
        (in_entry("<if cond='true'><else/><else/></if>"), "element <else> in <if>, line 2, column 47"),
        (in_entry("<if cond='true'><else/><elseif cond='true'/></if>"), "element <elseif> in <if>, line 2, column 47"),
        (in_entry("<if/>"), "<if> without attribute cond, line 2, column 24"),
        (in_entry("<send event='e'><param name='a'/></send>"), "<param> without attribute expr, line 2, column 40"),
        (
            in_entry("<send event='e'><content/><param name='a' expr='1'/></send>"),
            "element <content> in <send>, line 2, column 40",
        ),
        (in_entry("<send event='e'><content><a/></content></send>"), "element <a> in <content>, line 2, column 49"),
        (in_state("<initial/>"), "<initial> without exactly one transition, line 2, column 15"),
        (
            in_state("<state/><initial><transition event='e' target='a'/></initial>"),
            "attribute event of <transition>, line 2, column 44",
        ),
        (in_state("<datamodel><data id='x' src='y'/></datamodel>"), "attribute src of <data>, line 2, column 39"),
        (
            in_state("<datamodel><data id='x'/><data id='x'/></datamodel>"),
            "second <data> with id 'x', line 2, column 40",
        ),
        (in_state("<datamodel><data id='_event'/></datamodel>"), r#"id="_event" of <data>, line 2, column 32"#),
        (document("cel", "", "<history id='h' type='wide'/>"), r#"type="wide" of <history>, line 2, column 17"#),
        (
            document("cel", "", "<final id='f'><transition/></final>"),
            "element <transition> in <final>, line 2, column 15",
        ),
        (document("cel", "", "<state id='a b'/>"), r#"id="a b" of <state>, line 2, column 8"#),
    ];
    check(table);
}

#[test]
fn charts_that_do_not_compile() {
    let table = [
        (
            "<state id='a'><transition event='e' target='b'/></state>",
            "transition 1 of state 'a': target 'b' is not a state of this chart, line 2, column 15",
        ),
        (
            "<state id='a'/>\n  <state id='a'/>",
            "state 'a': has the same id as an earlier state; rename one of them, line 3, column 3",
        ),
        (
            "<state id='a' initial='b'><state id='c'/></state><state id='b'/>",
            "initial of state 'a': target 'b' lies outside the state; an initial stays inside, line 2, column 1",
        ),
        (
            "<state id='a'>\n<initial><transition target='b'/></initial><state id='c'/></state><state id='b'/>",
            "initial of state 'a': target 'b' lies outside the state; an initial stays inside, line 3, column 1",
        ),
        (
            "<state id='a'><history id='h'/><state id='c'/></state>",
            "state 'h': a history has exactly one transition, with a target and without event or condition, line 2, column 15",
        ),
        ("", "chart: has no states; add at least one, line 1, column 1"),
    ];
    check(&table.map(|(body, expected)| (document("cel", "", body), expected)));
    assert_eq!(
        refusal(&document("null", r#"initial="x""#, "<state id='a'/>")),
        "initial of the chart: target 'x' is not a state of this chart, line 1, column 1"
    );
}

#[test]
fn the_null_data_model_has_no_values() {
    let entry = |content: &str| document("null", "", &format!("<state id='a'><onentry>{content}</onentry></state>"));
    let table: &[(String, &str)] = &[
        (document("null", "", "<datamodel/>"), "<datamodel> in the null data model, line 2, column 1"),
        (entry("<assign location='x' expr='1'/>"), "<assign> in the null data model, line 2, column 24"),
        (entry("<foreach array='x' item='y'/>"), "<foreach> in the null data model, line 2, column 24"),
        (entry("<log expr='x + 1'/>"), r#"expr="x + 1" of <log>, line 2, column 29"#),
        (entry("<if cond='x == 1'/>"), r#"cond="x == 1" of <if>, line 2, column 28"#),
        (entry("<send eventexpr='x'/>"), r#"eventexpr="x" of <send>, line 2, column 30"#),
        (entry("<send event='x' idlocation='y'/>"), r#"idlocation="y" of <send>, line 2, column 40"#),
        (entry("<send event='x'><param name='y' expr='1'/></send>"), r#"expr="1" of <param>, line 2, column 56"#),
    ];
    check(table);
    for cond in ["", "In()", "In(s)", "true false", "true &amp; true", "!", "(true", "true)", "In('a)", "Inn('a')"] {
        let scxml = document("null", "", &format!(r#"<state id="a"><transition event="e" cond="{cond}"/></state>"#));
        assert!(refusal(&scxml).starts_with("cond="), "{cond}");
    }
}

#[test]
fn what_cel_leaves_out_is_refused_not_failed() {
    let scxml = document("cel", "", "<state id='a'><transition cond='[1].all(x, x > 0)' target='a'/></state>");
    let refusal = refusal(&scxml);
    assert!(refusal.starts_with("cond=\"[1].all(x, x > 0)\" of <transition> ("), "{refusal}");
    assert!(refusal.ends_with("line 2, column 27"), "{refusal}");
}
