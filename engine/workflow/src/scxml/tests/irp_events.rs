//! Sending, cancelling, matching, the fields of `_event` (W3C SCXML 3.12, 5.10, 6.2, 6.3, C.1).

use super::passes;

#[test]
fn send_attributes() {
    passes(&[
        (
            172,
            r#"<datamodel><data id="v" expr="'event1'"/></datamodel><state id="s0"><onentry>
            <assign location="v" expr="'event2'"/><send eventexpr="v"/></onentry>
            <transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            173,
            r#"<datamodel><data id="v" expr="'wrong'"/></datamodel><state id="s0"><onentry>
            <assign location="v" expr="'#_internal'"/><send targetexpr="v" event="event1"/></onentry>
            <transition event="event1" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            174,
            r#"<datamodel><data id="v" expr="'wrong'"/></datamodel><state id="s0"><onentry>
            <assign location="v" expr="'http://www.w3.org/TR/scxml/#SCXMLEventProcessor'"/>
            <send typeexpr="v" event="event1"/></onentry>
            <transition event="event1" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            175,
            r#"<datamodel><data id="v" expr="'500ms'"/></datamodel><state id="s0"><onentry>
            <assign location="v" expr="'1s'"/><send delayexpr="v" event="event2"/><send delayexpr="'.5s'" event="event1"/>
            </onentry><transition event="event1" target="s1"/><transition event="event2" target="fail"/></state>
            <state id="s1"><transition event="event2" target="pass"/></state>"#,
        ),
        (
            176,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0"><onentry><assign location="v" expr="2"/>
            <send event="event1"><param name="a" expr="v"/></send></onentry>
            <transition event="event1" cond="_event.data.a == 2" target="pass"/><transition event="*" target="fail"/>
            </state>"#,
        ),
        (
            178,
            r#"<state id="s0"><onentry><send event="event1"><param name="a" expr="2"/><param name="a" expr="3"/></send>
            </onentry><transition event="event1" cond="_event.data.a == 3" target="pass"/></state>"#,
        ),
        (
            179,
            r#"<state id="s0"><onentry><send event="event1"><content>123</content></send></onentry>
            <transition event="event1" cond="_event.data == 123" target="pass"/><transition event="*" target="fail"/>
            </state>"#,
        ),
        (
            183,
            r#"<datamodel><data id="v"/></datamodel><state id="s0"><onentry>
            <send event="event1" idlocation="v"/></onentry>
            <transition cond="v != null" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            185,
            r#"<state id="s0"><onentry><send event="event2" delay="1s"/><send event="event1" delay=".5s"/></onentry>
            <transition event="event1" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        // Arguments are evaluated when it is sent, not when it arrives.
        (
            186,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0"><onentry>
            <send event="event1" delayexpr="'1s'"><param name="a" expr="v"/></send><assign location="v" expr="2"/>
            </onentry><transition event="event1" cond="_event.data.a == 1" target="pass"/></state>"#,
        ),
        (
            189,
            r##"<state id="s0"><onentry><send event="event2"/><send event="event1" target="#_internal"/></onentry>
            <transition event="event1" target="pass"/><transition event="event2" target="fail"/></state>"##,
        ),
        (
            190,
            r##"<datamodel><data id="v" expr="'#_scxml_'"/></datamodel><state id="s0"><onentry>
            <assign location="v" expr="v + _sessionid"/><send event="event2" targetexpr="v"/><raise event="event1"/>
            </onentry><transition event="event1" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"##,
        ),
        (
            194,
            r#"<state id="s0"><onentry><send target="baz" event="event2"/><raise event="foo"/></onentry>
            <transition event="error.execution" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            198,
            r#"<state id="s0"><onentry><send event="event1"/></onentry><transition event="event1"
            cond="_event.origintype == 'http://www.w3.org/TR/scxml/#SCXMLEventProcessor'" target="pass"/>
            <transition event="*" target="fail"/></state>"#,
        ),
        (
            199,
            r#"<state id="s0"><onentry><send type="what" event="event1"/><raise event="foo"/></onentry>
            <transition event="error.execution" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            205,
            r#"<state id="s0"><onentry><send event="event1"><param name="a" expr="1"/></send></onentry>
            <transition event="event1" cond="_event.data.a == 1" target="pass"/></state>"#,
        ),
        (
            207,
            r#"<state id="s0"><onentry><send event="event1" id="foo" delay="1s"/><send event="event2" delay="2s"/>
            <cancel sendid="other"/></onentry><transition event="event1" target="pass"/></state>"#,
        ),
        (
            208,
            r#"<state id="s0"><onentry><send event="event1" id="foo" delay="1s"/><send event="event2" delay="1.5s"/>
            <cancel sendid="foo"/></onentry>
            <transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            210,
            r#"<datamodel><data id="v" expr="'bar'"/></datamodel><state id="s0"><onentry>
            <send event="event1" id="foo" delay="1s"/><send event="event2" delay="1.5s"/>
            <assign location="v" expr="'foo'"/><cancel sendidexpr="v"/></onentry>
            <transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            354,
            r#"<datamodel><data id="v" expr="2"/></datamodel><state id="s0"><onentry>
            <send event="event1" type="scxml" namelist="v"><param name="p" expr="3"/></send></onentry>
            <transition event="event1" cond="_event.data.v == 2 &amp;&amp; _event.data.p == 3" target="s1"/>
            <transition event="*" target="fail"/></state>
            <state id="s1"><onentry><send event="event2"><content>foo</content></send></onentry>
            <transition event="event2" cond="_event.data == 'foo'" target="pass"/>
            <transition event="*" target="fail"/></state>"#,
        ),
        (
            495,
            r##"<state id="s0"><onentry><send event="event1"/><send event="event2" target="#_internal"/></onentry>
            <transition event="event1" target="fail"/><transition event="event2" target="s1"/></state>
            <state id="s1"><transition event="event1" target="pass"/><transition event="*" target="fail"/></state>"##,
        ),
        (
            496,
            r##"<state id="s0"><onentry><send event="event" target="#_scxml_nobody"/><raise event="foo"/></onentry>
            <transition event="error.communication" target="pass"/><transition event="*" target="fail"/></state>"##,
        ),
        (
            521,
            r##"<state id="s0"><onentry><send event="event2" target="#_parent"/><raise event="foo"/></onentry>
            <transition event="error.communication" target="pass"/><transition event="*" target="fail"/></state>"##,
        ),
        (
            553,
            r#"<state id="s0"><onentry><send event="event1"><param name="a" expr="1 / 0"/></send>
            <send event="timeout" delay="1s"/></onentry>
            <onentry><send event="timeout" delay="1s"/></onentry>
            <transition event="timeout" target="pass"/><transition event="event1" target="fail"/></state>"#,
        ),
        (
            500,
            r#"<state id="s0"><onentry><send event="foo" targetexpr="_ioprocessors['scxml'].location"/></onentry>
            <transition event="foo" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
    ]);
}

#[test]
fn wrong_arguments_are_run_time_errors() {
    let wrong = |send: &str| {
        format!(
            r#"<datamodel><data id="n" expr="7"/></datamodel><state id="s0"><onentry>{send}<raise event="after"/></onentry>
            <transition event="error.execution" target="pass"/><transition event="*" target="fail"/></state>"#
        )
    };
    for send in [
        r#"<send eventexpr="n"/>"#,
        r#"<send eventexpr="''"/>"#,
        r#"<send event="e" targetexpr="n"/>"#,
        r#"<send event="e" delay="soon"/>"#,
        r#"<send event="e" delay="-1s"/>"#,
        r#"<send event="e" delay="1"/>"#,
        r#"<send event="e" delayexpr="n"/>"#,
        r#"<send event="e" delay="1e3s"/>"#,
        r##"<send event="e" delay="1s" target="#_internal"/>"##,
        r#"<send event="e" idlocation="nowhere"/>"#,
        r#"<send event="e" namelist="nowhere"/>"#,
        r#"<send event="e"><content expr="nowhere"/></send>"#,
        r#"<send><content expr="1"/></send>"#,
        r#"<cancel sendidexpr="n"/>"#,
        r#"<log expr="nowhere"/>"#,
        r#"<foreach item="i" array="n"/>"#,
        r#"<foreach item="_event" array="[1]"/>"#,
        r#"<foreach item="i" index="1x" array="[1]"/>"#,
        r#"<assign location="n" expr="In(7)"/>"#,
    ] {
        passes(&[(0, &wrong(send))]);
    }
}

#[test]
fn fields_of_the_event() {
    passes(&[
        (
            318,
            r#"<datamodel><data id="v"/></datamodel><state id="s0"><onentry><raise event="foo"/></onentry>
            <transition event="foo" target="s1"/></state>
            <state id="s1"><onentry><raise event="bar"/><assign location="v" expr="_event.name"/></onentry>
            <transition event="bar" cond="v == 'foo'" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        // Before the first event there is none.
        (
            319,
            r#"<state id="s0"><onentry><if cond="_event != null"><raise event="bound"/><else/><raise event="unbound"/></if>
            </onentry><transition event="unbound" target="pass"/><transition event="bound" target="fail"/></state>"#,
        ),
        (
            321,
            r#"<datamodel><data id="v" expr="_sessionid"/></datamodel>
            <state id="s0"><transition cond="v != ''" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            330,
            r##"<state id="s0"><onentry><raise event="foo"/></onentry>
            <transition event="foo" cond="has(_event.name) &amp;&amp; has(_event.type) &amp;&amp; has(_event.data)" target="pass"/>
            <transition event="*" target="fail"/></state>"##,
        ),
        (
            331,
            r#"<state id="s0"><onentry><raise event="foo"/></onentry>
            <transition event="foo" cond="_event.type == 'internal'" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><onentry><assign location="none" expr="1"/></onentry>
            <transition event="error" cond="_event.type == 'platform'" target="s2"/><transition event="*" target="fail"/></state>
            <state id="s2"><onentry><send event="foo"/></onentry>
            <transition event="foo" cond="_event.type == 'external'" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            332,
            r#"<state id="s0"><onentry><send event="e" target="baz" id="mine"/></onentry>
            <transition event="error" cond="_event.sendid == 'mine'" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            333,
            r#"<state id="s0"><onentry><send event="foo"/></onentry>
            <transition event="foo" cond="_event.sendid == null" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            336,
            r#"<state id="s0"><onentry><send event="foo"/></onentry>
            <transition event="foo" target="s1"><send event="bar" targetexpr="_event.origin" typeexpr="_event.origintype"/>
            </transition><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="bar" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            342,
            r#"<datamodel><data id="v" expr="'foo'"/></datamodel><state id="s0"><onentry><send eventexpr="v"/></onentry>
            <transition event="foo" cond="_event.name == v" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
    ]);
}

#[test]
fn matching_and_queues() {
    passes(&[
        (
            396,
            r#"<state id="s0"><onentry><raise event="foo"/></onentry><transition event="foo" target="pass"/>
            <transition event="foo" target="fail"/></state>"#,
        ),
        (
            399,
            r#"<state id="s0"><onentry><send event="timeout" delay="2s"/></onentry>
            <transition event="timeout" target="fail"/>
            <state id="s01"><onentry><raise event="foo"/></onentry><transition event="foo bar" target="s02"/></state>
            <state id="s02"><onentry><raise event="bar"/></onentry><transition event="foo bar" target="s03"/></state>
            <state id="s03"><onentry><raise event="foo.zoo"/></onentry><transition event="foo bar" target="s04"/></state>
            <state id="s04"><onentry><raise event="foos"/></onentry><transition event="foo" target="fail"/>
              <transition event="foos" target="s05"/></state>
            <state id="s05"><onentry><raise event="foo.zoo"/></onentry><transition event="foo.*" target="s06"/></state>
            <state id="s06"><onentry><raise event="foo"/></onentry><transition event="*" target="pass"/></state></state>"#,
        ),
        // error.execution is an internal event like any other, before the external ones.
        (
            401,
            r#"<state id="s0"><onentry><send event="foo"/><assign location="none" expr="1"/></onentry>
            <transition event="foo" target="fail"/><transition event="error" target="pass"/></state>"#,
        ),
        (
            402,
            r#"<state id="s0"><onentry><send event="timeout" delay="1s"/></onentry><transition event="timeout" target="fail"/>
            <state id="s01"><onentry><raise event="event1"/><assign location="none" expr="2"/></onentry>
              <transition event="event1" target="s02"><raise event="event2"/></transition>
              <transition event="*" target="fail"/></state>
            <state id="s02"><transition event="error" target="s03"/><transition event="*" target="fail"/></state>
            <state id="s03"><transition event="event2" target="pass"/><transition event="*" target="fail"/></state></state>"#,
        ),
        (
            419,
            r#"<state id="s1"><onentry><raise event="internal"/><send event="external"/></onentry>
            <transition event="*" target="fail"/><transition target="pass"/></state>"#,
        ),
        (
            421,
            r#"<state id="s1"><onentry><send event="external"/><raise event="i1"/><raise event="i2"/><raise event="i3"/>
            <raise event="i4"/></onentry><transition event="external" target="fail"/>
            <state id="s11"><transition event="i3" target="s12"/></state>
            <state id="s12"><transition event="i4" target="pass"/></state></state>"#,
        ),
        (
            423,
            r#"<state id="s0"><onentry><send event="e1"/><send event="e2" delay="1s"/><raise event="i1"/></onentry>
            <transition event="i1" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="e2" target="pass"/><transition event="i1" target="fail"/></state>"#,
        ),
    ]);
}
