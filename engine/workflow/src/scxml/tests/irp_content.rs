//! Executable content: raise, if, foreach, log, assign, blocks (W3C SCXML 3.8, 3.9, 4).

use super::{check, passes};

#[test]
fn raise_if_and_blocks() {
    passes(&[
        // Events are raised in order, at the end of the queue.
        (
            144,
            r#"<state id="s0"><onentry><raise event="foo"/><raise event="bar"/></onentry>
            <transition event="foo" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="bar" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            147,
            r#"<datamodel><data id="v" expr="0"/></datamodel><state id="s0"><onentry>
            <if cond="false"><raise event="foo"/><assign location="v" expr="v + 1"/>
            <elseif cond="true"/><raise event="bar"/><assign location="v" expr="v + 1"/>
            <else/><raise event="baz"/><assign location="v" expr="v + 1"/></if><raise event="bat"/></onentry>
            <transition event="bar" cond="v == 1" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            148,
            r#"<datamodel><data id="v" expr="0"/></datamodel><state id="s0"><onentry>
            <if cond="false"><raise event="foo"/><elseif cond="false"/><raise event="bar"/>
            <else/><raise event="baz"/><assign location="v" expr="v + 1"/></if><raise event="bat"/></onentry>
            <transition event="baz" cond="v == 1" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            149,
            r#"<state id="s0"><onentry><if cond="false"><raise event="foo"/><elseif cond="false"/>
            <raise event="bar"/></if><raise event="bat"/></onentry>
            <transition event="bat" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        // An error ends its block; the blocks of a state are independent of each other.
        (
            158,
            r#"<state id="s0"><onentry><raise event="event1"/><raise event="event2"/></onentry>
            <transition event="event1" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            159,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0"><onentry>
            <send event="thisWillFail" target="baz"/><assign location="v" expr="v + 1"/></onentry>
            <transition cond="v == 1" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            375,
            r#"<state id="s0"><onentry><raise event="event1"/></onentry><onentry><raise event="event2"/></onentry>
            <transition event="event1" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            376,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0">
            <onentry><send target="baz" event="event1"/></onentry>
            <onentry><assign location="v" expr="v + 1"/></onentry>
            <transition cond="v == 2" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            377,
            r#"<state id="s0"><onexit><raise event="event1"/></onexit><onexit><raise event="event2"/></onexit>
            <transition target="s1"/></state>
            <state id="s1"><transition event="event1" target="s2"/><transition event="*" target="fail"/></state>
            <state id="s2"><transition event="event2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            378,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0">
            <onexit><send target="baz" event="event1"/></onexit>
            <onexit><assign location="v" expr="v + 1"/></onexit><transition target="s1"/></state>
            <state id="s1"><transition cond="v == 2" target="pass"/><transition target="fail"/></state>"#,
        ),
    ]);
}

#[test]
fn foreach() {
    passes(&[
        (
            150,
            r#"<datamodel><data id="v1"/><data id="v2"/><data id="v3" expr="[1, 2, 3]"/></datamodel>
            <state id="s0"><onentry><foreach item="v1" index="v2" array="v3"/><raise event="foo"/></onentry>
            <transition event="error" target="fail"/><transition event="*" target="s1"/></state>
            <state id="s1"><onentry><foreach item="v4" index="v2" array="v3"/><raise event="bar"/></onentry>
            <transition event="bar" cond="v4 == 3 &amp;&amp; v2 == 2" target="pass"/>
            <transition event="*" target="fail"/></state>"#,
        ),
        (
            151,
            r#"<datamodel><data id="v3" expr="[1, 2, 3]"/></datamodel>
            <state id="s0"><onentry><foreach item="v4" index="v5" array="v3"/><raise event="bar"/></onentry>
            <transition event="bar" cond="v5 == 2" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        // Neither a value that is no list, nor an item that can not be a name.
        (
            152,
            r#"<datamodel><data id="v1" expr="0"/><data id="v4" expr="7"/><data id="v5" expr="[1, 2, 3]"/></datamodel>
            <state id="s0"><onentry><foreach item="v2" index="v3" array="v4"><assign location="v1" expr="v1 + 1"/>
            </foreach><raise event="foo"/></onentry>
            <transition event="error.execution" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><onentry><foreach item="'continue'" index="v3" array="v5">
            <assign location="v1" expr="v1 + 1"/></foreach><raise event="bar"/></onentry>
            <transition event="error.execution" target="s2"/><transition event="*" target="fail"/></state>
            <state id="s2"><transition cond="v1 == 0" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            153,
            r#"<datamodel><data id="last" expr="0"/><data id="list" expr="[1, 2, 3]"/><data id="ok" expr="1"/>
            </datamodel><state id="s0"><onentry><foreach item="i" array="list"><if cond="last &lt; i">
            <assign location="last" expr="i"/><else/><assign location="ok" expr="0"/></if></foreach></onentry>
            <transition cond="ok == 1" target="pass"/><transition target="fail"/></state>"#,
        ),
        (
            155,
            r#"<datamodel><data id="sum" expr="0"/><data id="list" expr="[1, 2, 3]"/></datamodel>
            <state id="s0"><onentry><foreach item="i" array="list"><assign location="sum" expr="sum + i"/></foreach>
            </onentry><transition cond="sum == 6" target="pass"/><transition target="fail"/></state>"#,
        ),
        // An error in the body ends the loop.
        (
            156,
            r#"<datamodel><data id="v1" expr="0"/><data id="list" expr="[1, 2, 3]"/></datamodel>
            <state id="s0"><onentry><foreach item="i" array="list"><assign location="v1" expr="v1 + 1"/>
            <assign location="v5" expr="1 / 0"/></foreach></onentry>
            <transition cond="v1 == 1" target="pass"/><transition target="fail"/></state>"#,
        ),
        // Changing the list inside the loop does not change the loop.
        (
            525,
            r#"<datamodel><data id="list" expr="[1, 2, 3]"/><data id="n" expr="0"/></datamodel>
            <state id="s0"><onentry><foreach item="i" array="list"><assign location="list" expr="list + [4]"/>
            <assign location="n" expr="n + 1"/></foreach></onentry>
            <transition cond="n == 3 &amp;&amp; size(list) == 6" target="pass"/><transition target="fail"/></state>"#,
        ),
    ]);
}

#[test]
fn assign() {
    passes(&[
        (
            286,
            r#"<state id="s0"><onentry><assign location="nowhere" expr="1"/><raise event="foo"/></onentry>
            <transition event="error.execution" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="foo" target="fail"/><transition target="pass"/></state>"#,
        ),
        (
            287,
            r#"<datamodel><data id="v" expr="0"/></datamodel><state id="s0">
            <onentry><assign location="v" expr="1"/><raise event="event1"/></onentry>
            <transition event="event1" cond="v == 1" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            311,
            r#"<state id="s0"><onentry><assign location="" expr="1"/><raise event="foo"/></onentry>
            <transition event="error.execution" target="pass"/><transition event="*" target="fail"/></state>"#,
        ),
        (
            312,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0">
            <onentry><assign location="v" expr="2 +"/><raise event="foo"/></onentry>
            <transition event="error.execution" cond="v == 1" target="pass"/><transition event="*" target="fail"/>
            </state>"#,
        ),
        (
            487,
            r#"<datamodel><data id="v" expr="1"/></datamodel><state id="s0">
            <onentry><assign location="v" expr="nobody.knows"/><raise event="foo"/></onentry>
            <transition event="error.execution" target="s1"/><transition event="*" target="fail"/></state>
            <state id="s1"><transition event="foo" target="fail"/><transition target="pass"/></state>"#,
        ),
        // The platform's names are not assigned to.
        (
            322,
            r#"<datamodel><data id="v"/></datamodel><state id="s0">
            <onentry><assign location="v" expr="_sessionid"/><assign location="_sessionid" expr="'other'"/>
            <raise event="foo"/></onentry>
            <transition event="error.execution" cond="v == _sessionid" target="pass"/>
            <transition event="*" target="fail"/></state>"#,
        ),
        (
            329,
            r#"<state id="s0"><onentry><raise event="foo"/></onentry><transition event="foo" target="s1">
            <assign location="_event.name" expr="'bar'"/></transition></state>
            <state id="s1"><transition event="error.execution" target="pass"/><transition event="*" target="fail"/>
            </state>"#,
        ),
    ]);
}

#[test]
fn places_in_the_data() {
    let body = r#"<datamodel><data id="a" expr="{'list': [1, {'x': 2}], 'k': 'x'}"/></datamodel>
        <state id="s"><onentry>
          <assign location="a.list[0]" expr="10"/><assign location="a['list'][1][a.k]" expr="20"/>
          <assign location=" a.fresh " expr="{'y': 1}"/><assign location="a.fresh.y">  30 </assign>
          <log expr="a.list"/><log expr="a.fresh"/></onentry>
        <onentry><assign location="a.list[2]" expr="1"/><log expr="'no'"/></onentry>
        <onentry><assign location="a.none.y" expr="1"/><log expr="'no'"/></onentry>
        <onentry><assign location="a.k.y" expr="1"/><log expr="'no'"/></onentry>
        <onentry><assign location="a[" expr="1"/><log expr="'no'"/></onentry>
        <onentry><assign location="a.list[-1]" expr="1"/><log expr="'no'"/></onentry>
        <transition event="error"><log expr="_event.data"/></transition></state>"#;
    check(
        body,
        &[(
            "",
            "s | [10,{\"x\":20}], {\"y\":30}, no item 2, no field 'none', 'y' is asked of something that has no fields, \
         'a[' is no place that can be assigned to, -1 is no index",
        )],
    );
}

#[test]
fn logged_values() {
    let body = r#"<state id="s"><onentry>
        <log expr="'text'"/><log expr="1"/><log expr="1.5"/><log expr="2.0"/><log expr="true"/><log expr="null"/>
        <log expr="[1, 'a']"/><log expr="{'a': 1}"/><log label="only a label"/><log label="label" expr="'value'"/><log/>
        </onentry></state>"#;
    check(body, &[("", "s | text, 1, 1.5, 2, true, null, [1,\"a\"], {\"a\":1}, only a label, value")]);
}

#[test]
fn a_failing_condition_of_an_if_is_false_and_the_block_goes_on() {
    let body = r#"<state id="s"><onentry><if cond="1 / 0 == 1"><log expr="'then'"/><elseif cond="7"/><log expr="'7'"/>
        <else/><log expr="'else'"/></if><log expr="'after'"/></onentry>
        <transition event="error.execution"><log expr="'error'"/></transition></state>"#;
    check(body, &[("", "s | else, after, error, error")]);
}
