/**
 * `make eval-grouping`: labelled storms through the grouping, scored by kind. Rules are tuned on the first set alone; the held-out one is only
 * counted. SEED=n makes another set. DATA=folder scores storms of one's own (`test/storms/README.md`), OUT=file writes the groups.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readFolder } from './folder.ts';
import { groupsOf, incidentsOf, type Score, scoreGroups } from './score.ts';
import { makeStorms, type Storm } from './storm.ts';

const DEVELOPMENT_SEED = 7;
const HELD_OUT_SEED = 1009;

const { values } = parseArgs({ options: { seed: { type: 'string' }, data: { type: 'string' }, out: { type: 'string' } } });
const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

if (given(values.data) !== undefined) {
  await report('given', await readFolder(given(values.data) ?? ''), true);
} else if (given(values.seed) !== undefined) {
  await report(`seed ${values.seed}`, makeStorms(Number(values.seed)), true);
} else {
  await report('tuned on', makeStorms(DEVELOPMENT_SEED), true);
  await report('held out', makeStorms(HELD_OUT_SEED), false);
}

interface Scored {
  readonly storm: Storm;
  readonly score: Score;
  readonly groups: readonly (readonly string[])[];
}

async function report(name: string, storms: readonly Storm[], byKind: boolean): Promise<void> {
  const scored = storms.map((storm): Scored => {
    const incidents = incidentsOf(storm.alerts);
    const groupOf = groupsOf(incidents, storm.topology);
    const groups = [...Map.groupBy(incidents, ({ suspect }) => groupOf.get(suspect.id) ?? '').entries()];
    return {
      storm,
      score: scoreGroups(incidents, groupOf),
      groups: groups.map(([leader, list]) =>
        list.toSorted((a, b) => Number(b.suspect.id === leader) - Number(a.suspect.id === leader)).flatMap(({ alerts }) => alerts),
      ),
    };
  });
  const sizes = storms.map(({ alerts }) => alerts.length);
  console.log(`${name.padEnd(28)}${totals(scored)}  (${Math.min(...sizes)} to ${Math.max(...sizes)} alerts)`);
  const kinds = Map.groupBy(scored, ({ storm }) => storm.kind.split(',')[0] ?? '');
  const sorted = [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (byKind) for (const [kind, list] of sorted) console.log(`  ${kind.padEnd(26)}${totals(list)}`);
  const out = given(values.out);
  if (out === undefined) return;
  await writeFile(out, scored.map(({ storm, groups }) => `${JSON.stringify({ storm: storm.name, groups })}\n`).join(''));
  console.log(`groups of ${scored.length} storms, the leader's alerts first, in ${out}`);
}

function totals(scored: readonly Scored[]): string {
  const sum = (of: (score: Score) => number): number => scored.reduce((all, { score }) => all + of(score), 0);
  const mean = (of: (score: Score) => number): string => (sum(of) / scored.length).toFixed(3);
  const led = (
    sum((score) => score.led) /
    Math.max(
      1,
      sum(({ causes }) => causes),
    )
  ).toFixed(3);
  const parts = [
    `${String(scored.length).padStart(3)} storms`,
    `F1 ${mean(({ f1 }) => f1)}`,
    `precision ${mean(({ precision }) => precision)}`,
    `recall ${mean(({ recall }) => recall)}`,
    `origin first ${led}`,
    `mixed ${sum(({ mixed }) => mixed)}`,
  ];
  return parts.join('  ');
}
