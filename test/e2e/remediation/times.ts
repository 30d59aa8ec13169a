/** When each step of each scene was first seen, from the alert on; in seconds since the step before. */
import type { Incident, Investigation, RemediationPlan } from '../../../src/crds/kinds.ts';
import type { WorldWatch } from '../../stage/world.ts';

const STEPS = ['alert', 'incident', 'diagnosis', 'plan', 'approved', 'commit', 'synced', 'verified', 'resolved'] as const;
type Step = (typeof STEPS)[number];

export interface Times {
  /** A scene has this Incident; several in the order in which they came. */
  follow(scene: string, incident: Incident): void;
  inWords(): string;
}

type Reached = readonly (readonly [Step, boolean])[];

/** Of which Incident an object tells, and what it has come to. */
function reachedBy(kind: string, object: object): { readonly uid: string | undefined; readonly reached: Reached } | undefined {
  switch (kind) {
    case 'incidents': {
      const { metadata, status } = object as Incident;
      return {
        uid: metadata.uid,
        reached: [
          ['incident', true],
          ['resolved', status?.phase === 'Resolved'],
        ],
      };
    }
    case 'investigations': {
      const { spec, status } = object as Investigation;
      return { uid: spec.incidentRef?.uid, reached: [['diagnosis', spec.purpose === 'Diagnosis' && status?.outcome !== undefined]] };
    }
    case 'plans':
      return { uid: (object as RemediationPlan).spec.incidentRef.uid, reached: reachedByPlan(object as RemediationPlan) };
    default:
      return undefined;
  }
}

const reachedByPlan = ({ status: { digest, approvedAt, commit, applied, sync, phase } = {} }: RemediationPlan): Reached => [
  ['plan', digest !== undefined],
  ['approved', approvedAt !== undefined],
  ['commit', (commit?.pushedAt ?? applied) !== undefined],
  ['synced', (sync ?? applied) !== undefined],
  ['verified', phase === 'Succeeded'],
];

export function keepTimes(world: WorldWatch): Times {
  const seen = new Map<string, Partial<Record<Step, number>>>();
  const rows: { readonly scene: string; readonly uid: string }[] = [];
  const note = (uid: string, steps: readonly Step[], at: number): void => {
    const known = seen.get(uid) ?? {};
    for (const step of steps) known[step] ??= at;
    seen.set(uid, known);
  };
  world.onChange((kind, object) => {
    const { uid, reached = [] } = reachedBy(kind, object) ?? {};
    if (uid === undefined) return;
    const now = Date.now();
    note(
      uid,
      reached.flatMap(([step, isThere]) => (isThere ? [step] : [])),
      now,
    );
    if (kind === 'incidents') note(uid, ['alert'], Date.parse((object as Incident).spec.startsAt ?? object.metadata.creationTimestamp));
  });
  return {
    follow: (scene, { metadata }) => void rows.push({ scene, uid: metadata.uid }),
    inWords() {
      const head = ['seconds since the step before', ...STEPS.slice(1), 'in all'];
      const body = rows.map(({ scene, uid }) => [scene, ...cells(seen.get(uid) ?? {})]);
      return [head, ...body]
        .map(([name = '', ...rest]) => `${name.padEnd(30)}${rest.map((cell) => cell.padStart(10)).join('')}`)
        .join('\n');
    },
  };
}

function cells(steps: Partial<Record<Step, number>>): readonly string[] {
  const known = STEPS.flatMap((step) => steps[step] ?? []);
  const each = STEPS.slice(1).map((step, index) => {
    const at = steps[step];
    const before = STEPS.slice(0, index + 1).flatMap((one) => steps[one] ?? []);
    return at === undefined || before.length === 0 ? '-' : seconds(at - Math.max(...before));
  });
  return [...each, known.length < 2 ? '-' : seconds(Math.max(...known) - Math.min(...known))];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
