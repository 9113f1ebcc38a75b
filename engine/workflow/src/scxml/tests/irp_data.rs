//! Data, binding, conditions, `In()` (W3C SCXML 5, B.1).

use super::{check, check_document, document, passes, passes_document, with_verdict};

#[test]
fn declaring() {
    passes(&[
        (
            276,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0"><transition cond="v == 1" target="pass"/>
            <transition target="fail"/></state>"#,
        ),
        // A failing value leaves the name declared, and the error is there before anything else.
        (
            277,
            r#"<datamodel><data id="v" expr="1 / 0"/></datamodel><state id="s0"><onentry><raise event="foo"/></onentry>
            <transition event="error.execution" cond="v == null" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><onentry><assign location="v" expr="1"/></onentry>
            <transition cond="v == 1" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        // Data of any state can be seen from every other, from the start.
        (
            278,
            r#"<state id="s0"><transition cond="v == 1" target="pass"/><transition target="fail"/></state>
            <state id="s1"><datamodel><data id="v" expr="1"/></datamodel></state>"#,
        ),
        (
            279,
            r#"<state id="s0"><transition cond="v == 1" target="pass"/><transition target="fail"/></state>
            <state id="s1"><datamodel><data id="v" expr="1"/></datamodel></state>"#,
        ),
        (
            551,
            r#"<state id="s0"><transition cond="v[2] == 3" target="pass"/><transition target="fail"/></state>
            <state id="s1"><datamodel><data id="v">[1, 2, 3]</data></datamodel></state>"#,
        ),
        (
            558,
            r#"<datamodel><data id="v">
               this  is
               a string </data></datamodel>
            <state id="s0"><transition cond="v == 'this is a string'" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            560,
            r#"<state id="s0"><onentry><send event="foo"><param name="aParam" expr="1"/></send></onentry>
            <transition event="foo" cond="_event.data.aParam == 1" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            562,
            r#"<state id="s0"><onentry><send event="foo"><content>
              this is  a string </content></send></onentry>
            <transition event="foo" cond="_event.data == 'this is a string'" target="pass"/></state>"#,
        ),
        (
            578,
            r#"<state id="s0"><onentry><send event="foo"><content>{ "productName" : "bar", "size" : 27 }</content></send></onentry>
            <transition event="foo" cond="_event.data.productName == 'bar'" target="pass"/></state>"#,
        ),
    ]);
}

#[test]
fn late_binding() {
    let body = with_verdict(
        r#"<datamodel><data id="v1" expr="7"/></datamodel>
        <state id="s0"><transition cond="v2 == null &amp;&amp; v1 == 7" target="s1"/><transition target="fail"/></state>
        <state id="s1"><datamodel><data id="v2" expr="v1 + 1"/></datamodel>
          <onentry><assign location="v3" expr="v2"/></onentry>
          <transition cond="v3 == 8" target="s2"/><transition target="fail"/></state>
        <state id="s2" initial="s21"><datamodel><data id="v3"/></datamodel><state id="s21">
          <onentry><assign location="v2" expr="0"/></onentry><transition cond="v2 == 0" target="s3"/></state></state>
        <state id="s3"><transition target="s4"/></state>
        <state id="s4"><transition cond="v2 == 0" target="pass"/></state>"#,
    );
    passes_document(280, &document("cel", r#"binding="late""#, &body));
    // The second entry does not give the value again.
    let body = r#"<state id="a"><datamodel><data id="v" expr="1"/></datamodel><onentry><log expr="v"/>
          <assign location="v" expr="v + 1"/></onentry><transition event="e" target="a"/></state>"#;
    check_document(&document("cel", r#"binding="late""#, body), &[("", "a | 1"), ("e", "a | 2")]);
    // A late value that fails raises its error before the entry handlers run.
    let body = r#"<state id="a"><datamodel><data id="v" expr="1 / 0"/></datamodel><onentry><raise event="entered"/></onentry>
          <transition event="*"><log expr="_event.name"/></transition></state>"#;
    check_document(&document("cel", r#"binding="late""#, body), &[("", "a | error.execution, entered")]);
}

#[test]
fn conditions() {
    passes(&[
        // What is no truth value is false, and an error.
        (309, r#"<state id="s0"><transition cond="7" target="fail"/><transition target="pass"/></state>"#),
        (
            310,
            r#"<parallel id="p"><state id="s0"><transition cond="In('s1')" target="pass"/><transition target="fail"/></state>
            <state id="s1"/></parallel>"#,
        ),
        (
            344,
            r#"<state id="s0"><transition cond="nobody.knows" target="fail"/><transition target="s1"/></state>
            <state id="s1"><transition event="error.execution" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (302, r#"<state id="s0"><transition cond="!In('nowhere')" target="pass"/></state>"#),
    ]);
}

#[test]
fn the_null_data_model() {
    let body = with_verdict(
        r#"<parallel id="p"><state id="ps0"><transition cond="In('s1')" target="fail"/>
        <transition cond="In('ps1')" target="pass"/></state><state id="ps1"/></parallel><state id="s1"/>"#,
    );
    passes_document(436, &document("null", "", &body));
    let table = [
        ("true", true),
        ("false", false),
        ("In('s')", true),
        (r#"In( "s" )"#, true),
        ("In('x')", false),
        ("!In('x')", true),
        ("! !true", true),
        ("true && false", false),
        ("false || true && true", true),
        ("(true || true) && false", false),
        ("!(false||In('x'))&&true", true),
        ("In('nowhere')", false),
    ];
    for (condition, expected) in table {
        let condition = condition.replace('&', "&amp;").replace('"', "&quot;");
        let body =
            format!(r#"<state id="s"><transition event="e" cond="{condition}" target="x"/></state><state id="x"/>"#);
        let seen = if expected { "x" } else { "s" };
        check_document(&document("null", "", &body), &[("", "s"), ("e", seen)]);
    }
}

#[test]
fn null_runs_what_needs_no_values() {
    let body = r##"<state id="s"><onentry><log label="hello"/><log label="Outcome" expr="'pass'"/><log expr="1"/>
          <if cond="In('s')"><raise event="a"/><else/><raise event="b"/></if>
          <send event="c" delay="1s" id="x"/><send event="d" target="#_internal"/><send event="e" delay="2s"/>
          <cancel sendid="x"/><send event="f"><content>text</content></send></onentry>
        <transition event="a"><log label="a"/></transition><transition event="b c"><log label="wrong"/></transition>
        <transition event="d"><log label="d"/></transition><transition event="f"><log label="f"/></transition>
        <transition event="e" target="done"/></state>
        <final id="done"/>"##;
    let scxml = format!(r#"<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0">{body}</scxml>"#);
    check_document(&scxml, &[("", "s | hello, pass, 1, a, d, f"), (r#"{"after_ms": 2000}"#, "done")]);
}

#[test]
fn events_of_the_input_carry_data() {
    let body = r#"<state id="s"><transition event="e" cond="_event.data != null"><log expr="_event.data.n + 1"/></transition>
        <transition event="e"><log expr="'none'"/></transition></state>"#;
    check(body, &[("", "s"), (r#"{"event": "e", "data": {"n": 1}}"#, "s | 2"), ("e", "s | none")]);
}
