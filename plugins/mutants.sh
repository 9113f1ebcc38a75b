#!/usr/bin/env bash
# Breaks the counting rules of cluster-count one by one, builds the component and plays the study day with it: each must
# turn scenario S01 red. Needs the compiler of build.sh and a built draaiboek (DRAAIBOEK=path, default: on the PATH).
#   mutants.sh [NUMBER...]   all of them, or these
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
draaiboek=${DRAAIBOEK:-draaiboek}
scenario=$PWD/../workflows/study-day/scenarios/s01.yaml
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

# One rule a line: what is broken, file, and the sed expression that breaks it.
mutants=(
  "duplicates count|fold.rs|s/if ctx\.config\.dedupe \{ mark_duplicates/if false { mark_duplicates/"
  "the same text of another question is a duplicate|fold.rs|s/card\.supporter\(by\)\.unwrap_or_default\(\), card\.question, norm/card.supporter(by).unwrap_or_default(), \"\", norm/"
  "the same text of another group is a duplicate|fold.rs|s/card\.supporter\(by\)\.unwrap_or_default\(\), card\.question/\"\", card.question/"
  "case and full stops make another text|fold.rs|s/norm\(&card\.text\)/card.text.clone()/"
  "a mention counts twice|fold.rs|s/self\.mentions \+= 1/self.mentions += 2/"
  "mentions instead of groups|fold.rs|s/self\.groups = self\.supporters\.len\(\) as u64/self.groups = self.mentions/"
  "examples count as mentions|fold.rs|s/self\.examples\.push\(card\.id\.clone\(\)\);/self.examples.push(card.id.clone()); self.mentions += 1;/"
  "attention points do not count|fold.rs|s/Role::Mention \| Role::Attention => \{/Role::Attention => {} Role::Mention => {/"
  "the order is turned round|fold.rs|s/by_score\(\(a\.mentions, a\.groups, &a\.id\), \(b\.mentions, b\.groups, &b\.id\)\)/by_score((b.mentions, b.groups, \&b.id), (a.mentions, a.groups, \&a.id))/"
  "the order forgets mentions|fold.rs|s/by_score\(\(a\.mentions, a\.groups, &a\.id\), \(b\.mentions, b\.groups, &b\.id\)\)/by_score((0, 0, \&a.id), (0, 0, \&b.id))/"
  "submitted cards are not counted|fold.rs|s/totals\.submitted \+= tally\.submitted;//"
  "withdrawn cards are not counted|fold.rs|s/totals\.withdrawn \+= tally\.withdrawn;//"
  "late cards are not counted|fold.rs|s/totals\.late \+= tally\.late;//"
  "duplicates are part of what counts|fold.rs|s/\(cards\.len\(\) - duplicates\) as u64/cards.len() as u64/"
  "duplicates are not told|fold.rs|s/totals\.duplicate = duplicates as u64/totals.duplicate = 0/"
  "cards without a cluster are forgotten|fold.rs|s/None => unassigned\.push\(card\.id\.clone\(\)\),/None => {}/"
)

failed=0 number=0
for mutant in "${mutants[@]}"; do
  number=$((number + 1))
  if [ $# -gt 0 ] && [[ " $* " != *" $number "* ]]; then continue; fi
  IFS='|' read -r rule file expression <<< "${mutant//\\|/$'\x01'}"
  expression=${expression//$'\x01'/\\|}
  rm -rf "$work/plugins"; mkdir "$work/plugins"
  tar -c --exclude=./target --exclude=./dist . | tar -x -C "$work/plugins"
  sed -i -E "$expression" "$work/plugins/cluster-count/src/$file"
  if cmp -s "cluster-count/src/$file" "$work/plugins/cluster-count/src/$file"; then
    echo "$number. $rule: the expression changes nothing; mend it"; failed=1; continue
  fi
  mkdir -p "$work/plugins/dist"
  if ! "$work/plugins/build.sh" cluster-count > "$work/log" 2>&1; then
    echo "$number. $rule: does not build"; tail -5 "$work/log"; failed=1; continue
  fi
  if "$draaiboek" play --plugin "$work/plugins/dist/cluster-count.wasm" "$scenario" > "$work/played" 2>&1; then
    echo "$number. $rule: S01 stays GREEN"; failed=1
  else
    echo "$number. $rule: red ($(grep -c 'NOT MET' "$work/played" || true) expectations)"
  fi
done
exit $failed
