//! States, selection, history, initials, finals (W3C SCXML 3, Appendix D).

use super::{check, document, passes, passes_document, with_verdict};

#[test]
fn entering_and_leaving() {
    passes(&[
        (
            355,
            r#"<state id="s0"><transition target="pass"/></state><state id="s1"><transition target="fail"/></state>"#,
        ),
        (
            364,
            r#"<state id="s0"><onentry><send event="timeout" delay="1s"/></onentry>
            <transition event="timeout" target="fail"/>
            <state id="s1" initial="s11p112 s11p122"><onentry><send event="t" delay="1s"/></onentry>
              <state id="s11"><state id="s111"/></state>
              <parallel id="s11p"><state id="s11p11" initial="s11p111"><state id="s11p111"/>
                <state id="s11p112"><onentry><raise event="In-s11p112"/></onentry></state></state>
                <state id="s11p12" initial="s11p121"><state id="s11p121"/>
                <state id="s11p122"><transition event="In-s11p112" target="s2"/></state></state></parallel></state>
            <state id="s2"><initial><transition target="s21p112 s21p122"/></initial>
              <parallel id="s21p"><state id="s21p11" initial="s21p111"><state id="s21p111"/>
                <state id="s21p112"><onentry><raise event="In-s21p112"/></onentry></state></state>
                <state id="s21p12" initial="s21p121"><state id="s21p121"/>
                <state id="s21p122"><transition event="In-s21p112" target="s3"/></state></state></parallel></state>
            <state id="s3"><transition target="fail"/><state id="s31"><state id="s311"><state id="s3111">
              <transition target="pass"/></state></state></state></state></state>"#,
        ),
        (
            372,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0" initial="s0f">
            <transition event="done.state.s0" cond="v == 2" target="pass"/><transition event="*" target="fail"/>
            <final id="s0f"><onentry><assign location="v" expr="2"/></onentry>
            <onexit><assign location="v" expr="3"/></onexit></final></state>"#,
        ),
        (
            404,
            r#"<state id="s0"><parallel id="p"><onexit><raise event="e3"/></onexit>
            <state id="p1"><onexit><raise event="e2"/></onexit></state><state id="p2"><onexit><raise event="e1"/></onexit></state>
            <transition target="s1"><raise event="e4"/></transition></parallel></state>
            <state id="s1"><transition event="e1" target="s2"/><transition event="*" target="fail"/></state>
            <state id="s2"><transition event="e2" target="s3"/><transition event="*" target="fail"/></state>
            <state id="s3"><transition event="e3" target="s4"/><transition event="*" target="fail"/></state>
            <state id="s4"><transition event="e4" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            405,
            r#"<state id="s0"><parallel id="p">
            <state id="p1"><onexit><raise event="e2"/></onexit><transition target="s1"><raise event="e3"/></transition></state>
            <state id="p2"><onexit><raise event="e1"/></onexit><transition target="s1"><raise event="e4"/></transition></state>
            </parallel></state>
            <state id="s1"><transition event="e1" target="s2"/><transition event="*" target="fail"/></state>
            <state id="s2"><transition event="e2" target="s3"/><transition event="*" target="fail"/></state>
            <state id="s3"><transition event="e3" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            406,
            r#"<state id="s0"><onexit><raise event="e1"/></onexit><transition target="p"><raise event="e2"/></transition></state>
            <parallel id="p"><onentry><raise event="e3"/></onentry><state id="p1"><onentry><raise event="e4"/></onentry></state>
            <state id="p2"><onentry><raise event="e5"/></onentry></state>
            <transition event="e1" cond="In('p2')"/>
            <transition event="e5" target="pass"/></parallel>"#,
        ),
        (
            407,
            r#"<datamodel><data id="v" expr="0"/></datamodel><state id="s0">
            <onexit><assign location="v" expr="v + 1"/></onexit><transition target="s1"/></state>
            <state id="s1"><transition cond="v == 1" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            409,
            r#"<state id="s0"><onexit><if cond="In('s011')"><raise event="e1"/></if></onexit>
            <state id="s01"><onentry><raise event="e2"/></onentry><onexit><if cond="In('s011')"><raise event="e1"/></if></onexit>
            <transition event="e2" target="s1"/><state id="s011"/></state></state>
            <state id="s1"><transition event="e1" target="fail"/><transition target="pass"/></state>"#,
        ),
        (
            411,
            r#"<state id="s0"><onentry><if cond="In('s01')"><raise event="e1"/></if></onentry>
            <transition event="e1" target="fail"/><transition event="e2" target="pass"/>
            <state id="s01"><onentry><if cond="In('s01')"><raise event="e2"/></if></onentry></state></state>"#,
        ),
        (
            412,
            r#"<state id="s0"><state id="s01"><onentry><raise event="e1"/></onentry>
            <initial><transition target="s011"><raise event="e2"/></transition></initial>
            <state id="s011"><onentry><raise event="e3"/></onentry><transition event="e1" target="s012"/></state>
            <state id="s012"><transition event="e2" target="s013"/><transition event="*" target="fail"/></state>
            <state id="s013"><transition event="e3" target="pass"/><transition event="*" target="fail"/></state></state></state>"#,
        ),
        (
            576,
            r#"<state id="s0"><transition target="s1"/></state><state id="s1" initial="s11p112">
            <state id="s10"><transition target="fail"/></state><parallel id="s11p"><state id="s11p11"><state id="s11p111"/>
            <state id="s11p112"><transition cond="In('s11p12')" target="pass"/></state></state><state id="s11p12"/></parallel></state>"#,
        ),
    ]);
}

#[test]
fn the_documents_initial() {
    // Several and deep states (tests 413 and 576).
    let body = with_verdict(
        r#"<state id="s1"><transition target="fail"/></state>
        <state id="s2" initial="s201"><state id="s201"><transition target="fail"/></state>
        <parallel id="s2p1"><transition target="fail"/>
          <state id="s2p11" initial="s2p111"><state id="s2p111"><transition target="fail"/></state>
          <state id="s2p112"><transition cond="In('s2p122')" target="pass"/></state></state>
          <state id="s2p12" initial="s2p121"><state id="s2p121"><transition target="fail"/></state>
          <state id="s2p122"><transition cond="In('s2p112')" target="pass"/></state></state></parallel></state>"#,
    );
    passes_document(413, &document("cel", r#"initial="s2p112 s2p122""#, &body));
}

#[test]
fn selection() {
    passes(&[
        (
            403,
            r#"<state id="s0"><onentry><raise event="event1"/></onentry>
            <transition event="event1" target="fail"/><transition event="event2" target="pass"/>
            <state id="s01"><transition event="event1" target="s02"/></state>
            <state id="s02"><onentry><raise event="event1"/><raise event="event2"/></onentry>
              <transition event="event1" cond="false" target="fail"/>
              <transition event="event1"/></state></state>"#,
        ),
        (
            4032,
            r#"<datamodel><data id="v" expr="0"/></datamodel><state id="s0"><onentry><raise event="event1"/>
            <raise event="event2"/></onentry><transition event="event2" target="fail"/>
            <parallel id="p">
              <state id="p1"><transition event="event1"><assign location="v" expr="v + 1"/></transition>
                <transition event="event2" cond="v == 1" target="pass"/></state>
              <state id="p2"><transition event="event1" target="fail" cond="false"/></state></parallel></state>"#,
        ),
        // Preemption: the earlier region's transition leaves the parallel, the later one's is dropped.
        (
            4033,
            r#"<datamodel><data id="v" expr="0"/></datamodel><parallel id="p"><onentry><raise event="event1"/></onentry>
            <state id="p1"><transition event="event1" target="s1"/></state>
            <state id="p2"><transition event="event1" target="fail"><assign location="v" expr="v + 1"/></transition></state></parallel>
            <state id="s1"><transition cond="v == 0" target="pass"/><transition target="fail"/></state>"#,
        ),
    ]);
}

#[test]
fn targetless_internal_external() {
    passes(&[
        (
            503,
            r#"<datamodel><data id="exits" expr="0"/><data id="taken" expr="0"/></datamodel>
            <state id="s1"><onentry><raise event="foo"/><raise event="bar"/></onentry><transition target="s2"/></state>
            <state id="s2"><onexit><assign location="exits" expr="exits + 1"/></onexit>
            <transition event="foo"><assign location="taken" expr="taken + 1"/></transition>
            <transition event="bar" cond="taken == 1" target="s3"/><transition event="bar" target="fail"/></state>
            <state id="s3"><transition cond="exits == 1" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            504,
            r#"<datamodel><data id="a" expr="0"/><data id="b" expr="0"/><data id="c" expr="0"/><data id="d" expr="0"/>
            <data id="n" expr="0"/></datamodel>
            <state id="s1"><onentry><raise event="foo"/><raise event="bar"/></onentry><transition target="p"/></state>
            <state id="s2"><onexit><assign location="d" expr="d + 1"/></onexit>
            <parallel id="p"><onexit><assign location="a" expr="a + 1"/></onexit>
            <transition event="foo" target="ps1"><assign location="n" expr="n + 1"/></transition>
            <transition event="bar" cond="n == 1" target="s3"/><transition event="bar" target="fail"/>
            <state id="ps1"><onexit><assign location="b" expr="b + 1"/></onexit></state>
            <state id="ps2"><onexit><assign location="c" expr="c + 1"/></onexit></state></parallel></state>
            <state id="s3"><transition cond="a == 2 &amp;&amp; b == 2 &amp;&amp; c == 2 &amp;&amp; d == 1" target="pass"/>
            <transition target="fail"/></state>"#,
        ),
        (
            505,
            r#"<datamodel><data id="a" expr="0"/><data id="b" expr="0"/><data id="n" expr="0"/></datamodel>
            <state id="s1"><onentry><raise event="foo"/><raise event="bar"/></onentry>
            <onexit><assign location="a" expr="a + 1"/></onexit>
            <transition event="foo" type="internal" target="s11"><assign location="n" expr="n + 1"/></transition>
            <transition event="bar" cond="n == 1" target="s2"/><transition event="bar" target="fail"/>
            <state id="s11"><onexit><assign location="b" expr="b + 1"/></onexit></state></state>
            <state id="s2"><transition cond="a == 1 &amp;&amp; b == 2" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            506,
            r#"<datamodel><data id="a" expr="0"/><data id="b" expr="0"/><data id="n" expr="0"/></datamodel>
            <state id="s1"><onentry><raise event="foo"/><raise event="bar"/></onentry><transition target="s2"/></state>
            <state id="s2" initial="s21"><onexit><assign location="a" expr="a + 1"/></onexit>
            <transition event="foo" type="internal" target="s2"><assign location="n" expr="n + 1"/></transition>
            <transition event="bar" cond="n == 1" target="s3"/><transition event="bar" target="fail"/>
            <state id="s21"><onexit><assign location="b" expr="b + 1"/></onexit></state></state>
            <state id="s3"><transition cond="a == 2 &amp;&amp; b == 2" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            533,
            r#"<datamodel><data id="a" expr="0"/><data id="b" expr="0"/><data id="c" expr="0"/><data id="n" expr="0"/></datamodel>
            <state id="s1"><onentry><raise event="foo"/><raise event="bar"/></onentry><transition target="p"/></state>
            <parallel id="p"><onexit><assign location="a" expr="a + 1"/></onexit>
            <transition event="foo" type="internal" target="ps1"><assign location="n" expr="n + 1"/></transition>
            <transition event="bar" cond="n == 1" target="s2"/><transition event="bar" target="fail"/>
            <state id="ps1"><onexit><assign location="b" expr="b + 1"/></onexit></state>
            <state id="ps2"><onexit><assign location="c" expr="c + 1"/></onexit></state></parallel>
            <state id="s2"><transition cond="a == 2 &amp;&amp; b == 2 &amp;&amp; c == 2" target="pass"/><transition target="fail"/></state>"#,
        ),
    ]);
}

#[test]
fn history() {
    passes(&[
        (
            387,
            r#"<state id="s0"><onentry><send event="timeout" delay="1s"/></onentry>
            <transition event="e011" target="s4"/><transition event="e022" target="pass"/>
            <transition event="*" target="fail"/>
            <state id="s00"><transition target="sh"/></state>
            <state id="s0x"><history type="shallow" id="sh"><transition target="s01"/></history>
              <history type="deep" id="dh"><transition target="s022"/></history>
              <state id="s01"><state id="s011"><onentry><raise event="e011"/></onentry></state><state id="s012"/></state>
              <state id="s02"><state id="s021"/><state id="s022"><onentry><raise event="e022"/></onentry></state></state></state></state>
            <state id="s4"><transition target="s5h"/></state>
            <state id="s5"><transition event="e5" target="pass"/><transition event="*" target="fail"/>
              <history type="deep" id="s5h"><transition target="s52"/></history>
              <state id="s51"><transition target="fail"/></state>
              <state id="s52"><onentry><raise event="e5"/></onentry></state></state>"#,
        ),
        (
            388,
            r#"<datamodel><data id="v" expr="0"/></datamodel><state id="s0" initial="s012">
            <onentry><assign location="v" expr="v + 1"/></onentry>
            <transition event="e012" cond="v == 1" target="s1"/><transition event="e012" cond="v == 2" target="s2"/>
            <transition event="e011" cond="v == 3" target="pass"/><transition event="*" target="fail"/>
            <history type="shallow" id="sh"><transition target="s02"/></history>
            <history type="deep" id="dh"><transition target="s022"/></history>
            <state id="s01" initial="s011"><state id="s011"><onentry><raise event="e011"/></onentry></state>
              <state id="s012"><onentry><raise event="e012"/></onentry></state></state>
            <state id="s02" initial="s021"><state id="s021"><onentry><raise event="e021"/></onentry></state>
              <state id="s022"><onentry><raise event="e022"/></onentry></state></state></state>
            <state id="s1"><transition target="dh"/></state><state id="s2"><transition target="sh"/></state>"#,
        ),
        // Default content once, in its place; never when something is remembered.
        (
            580,
            r#"<datamodel><data id="v" expr="0"/></datamodel>
            <parallel id="p1"><onentry><send event="timeout" delay="2s"/></onentry>
            <state id="s0"><transition cond="In('sh1')" target="fail"/><transition event="timeout" target="fail"/></state>
            <state id="s1"><initial><transition target="sh1"/></initial>
              <history id="sh1"><transition target="s11"><assign location="v" expr="v + 1"/></transition></history>
              <state id="s11"><transition target="s12"/></state><state id="s12"/>
              <transition cond="v == 1 &amp;&amp; In('s12')" target="pass"/></state></parallel>"#,
        ),
    ]);
}

#[test]
fn contents_of_initial_and_history_run_in_order() {
    // Test 579.
    let body = r#"<state id="s0"><datamodel><data id="n" expr="0"/></datamodel>
        <initial><transition target="sh1"><log expr="'initial'"/></transition></initial>
        <onentry><log expr="'entry'"/></onentry>
        <history id="sh1"><transition target="s01"><log expr="'history'"/></transition></history>
        <state id="s01"><onentry><log expr="'s01'"/></onentry><transition event="out" target="s2"/></state></state>
        <state id="s2"><transition event="back" target="s0"/><transition event="direct" target="sh1"/></state>"#;
    check(
        body,
        &[
            ("", "s01 | entry, initial, history, s01"),
            ("out", "s2"),
            ("back", "s01 | entry, initial, s01"),
            ("out", "s2"),
            ("direct", "s01 | entry, s01"),
        ],
    );
}

#[test]
fn done_events_and_their_data() {
    passes(&[
        (
            416,
            r#"<state id="s1"><onentry><send event="timeout" delay="1s"/></onentry><transition event="timeout" target="fail"/>
            <state id="s11"><transition event="done.state.s11" target="pass"/>
            <state id="s111"><transition target="s11final"/></state><final id="s11final"/></state></state>"#,
        ),
        (
            417,
            r#"<state id="s1"><onentry><send event="timeout" delay="1s"/></onentry><transition event="timeout" target="fail"/>
            <parallel id="p"><transition event="done.state.p" target="pass"/>
            <state id="a"><state id="a1"><transition target="af"/></state><final id="af"/></state>
            <state id="b"><state id="b1"><transition target="bf"/></state><final id="bf"/></state></parallel></state>"#,
        ),
        (
            488,
            r#"<state id="s0"><transition event="error.execution" target="s1"/><transition event="done.state.s0" target="fail"/>
            <state id="s01"><transition target="s02"/></state>
            <final id="s02"><donedata><param name="someParam" location="nowhere.at"/></donedata></final></state>
            <state id="s1"><transition event="done.state.s0" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            527,
            r#"<state id="s0"><transition event="done.state.s0" cond="_event.data == 'foo'" target="pass"/>
            <transition event="done.state.s0" target="fail"/><state id="s01"><transition target="s02"/></state>
            <final id="s02"><donedata><content expr="'foo'"/></donedata></final></state>"#,
        ),
        (
            528,
            r#"<state id="s0"><transition event="error.execution" target="s1"/>
            <transition event="done.state.s0" target="fail"/><state id="s01"><transition target="s02"/></state>
            <final id="s02"><donedata><content expr="1 / 0"/></donedata></final></state>
            <state id="s1"><transition event="done.state.s0" cond="_event.data == null" target="pass"/>
            <transition event="*" target="fail"/></state>"#,
        ),
        (
            529,
            r#"<state id="s0"><transition event="done.state.s0" cond="_event.data == 21" target="pass"/>
            <transition event="done.state.s0" target="fail"/><state id="s01"><transition target="s02"/></state>
            <final id="s02"><donedata><content>21</content></donedata></final></state>"#,
        ),
        (
            294,
            r#"<state id="s0"><transition event="done.state.s0" cond="_event.data.a == 1" target="pass"/>
            <transition event="done.state.s0" target="fail"/><state id="s01"><transition target="s02"/></state>
            <final id="s02"><donedata><param name="a" expr="1"/></donedata></final></state>"#,
        ),
        (
            570,
            r#"<datamodel><data id="n" expr="0"/></datamodel>
            <parallel id="p"><onentry><raise event="e1"/><raise event="e2"/></onentry>
            <transition event="done.state.p1 done.state.p2"><assign location="n" expr="n + 1"/></transition>
            <transition event="done.state.p" cond="n == 2" target="pass"/><transition event="done.state.p" target="fail"/>
            <state id="p1"><state id="a"><transition event="e1" target="af"/></state><final id="af"/></state>
            <state id="p2"><state id="b"><transition event="e2" target="bf"/></state><final id="bf"/></state></parallel>"#,
        ),
    ]);
}

#[test]
fn a_top_level_final_stops_everything() {
    let body = r#"<state id="a"><onexit><log expr="'left a'"/></onexit><onentry><send event="tick" delay="1s"/></onentry>
        <transition event="end" target="f"><raise event="late"/><send event="later"/></transition></state>
        <final id="f"><onentry><log expr="'in f'"/></onentry><onexit><log expr="'left f'"/></onexit></final>
        <state id="z"/>"#;
    check(body, &[("", "a"), ("end", "f | left a, in f, left f"), ("end", "f"), (r#"{"after_ms": 5000}"#, "f")]);
}
