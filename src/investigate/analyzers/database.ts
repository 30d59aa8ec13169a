/**
 * A database that refuses its clients, by what its drivers and the database itself say.
 *
 * Right when lines of the last hour say so in the words of the common drivers and servers (MySQL, PostgreSQL, MongoDB, Redis). What the
 * database does to all (no more connections, read-only) is about the database; what one client brings (credentials, an address) is about
 * the client, unless most clients of that database say the same. Disproved by the client being ready and no line newer than its start; a
 * database whose own pods are down is left to what keeps them down.
 */
import type { ObjectRef } from '../../crds/common.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Pod, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { addressesOf } from '../addresses.ts';
import { livingPods } from '../containers.ts';
import { configurationOf, containerFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { workloadsBehind } from '../reachability.ts';
import { servicesNamedIn } from '../serviceNames.ts';
import { linesOf, type TroubleLine, timeOf } from '../troubleLines.ts';
import { DATABASE_TROUBLES, type DatabaseTrouble } from './databaseTroubles.ts';

export const database: Analyzer = {
  name: 'database',
  *find(snapshot) {
    for (const trouble of DATABASE_TROUBLES) {
      const complaints = snapshot.workloads.flatMap((workload) => complaintOf(snapshot, workload, trouble) ?? []);
      const clients = complaints.filter(({ workload }) => !isDatabase(workload));
      if (trouble.ofDatabase) yield* aboutDatabase(snapshot, trouble, complaints);
      else {
        for (const complaint of clients) yield* aboutClient(snapshot, trouble, complaint, clients.length);
        for (const group of manyOfOne(snapshot, clients)) yield* aboutDatabase(snapshot, trouble, group);
      }
    }
  },
};

interface Complaint {
  readonly workload: Workload;
  readonly lines: readonly TroubleLine[];
  /** Its pods that are not ready, or all where all are. */
  readonly pods: readonly Pod[];
}

function complaintOf(snapshot: Snapshot, workload: Workload, { pattern, fewest = 1 }: DatabaseTrouble): Complaint | undefined {
  const own = livingPods(snapshot).filter(({ owner }) => objectName(owner) === objectName(workload.ref));
  const readySince = own.every(({ ready }) => ready) ? Math.max(...own.map((pod) => pod.readySince ?? 0)) : undefined;
  const lines = linesOf(snapshot, workload).filter(({ text }) => pattern.test(text) && !isHealed(text, readySince));
  if (lines.reduce((sum, { count }) => sum + count, 0) < fewest) return undefined;
  const unready = own.filter(({ ready }) => !ready);
  return { workload, lines, pods: unready.length > 0 ? unready : own };
}

/** Written while it started, before it got ready and stayed so. */
function isHealed(text: string, readySince: number | undefined): boolean {
  const at = timeOf(text);
  return at !== undefined && readySince !== undefined && at < readySince;
}

function* aboutDatabase(snapshot: Snapshot, trouble: DatabaseTrouble, complaints: readonly Complaint[]): Iterable<Finding> {
  const [first] = complaints.toSorted((a, b) => b.lines.length - a.lines.length);
  if (first === undefined) return;
  const behind = complaints.find(({ workload }) => isDatabase(workload))?.workload ?? databaseOf(snapshot, complaints);
  const object: ObjectRef = behind?.ref ?? first.workload.ref;
  const who =
    complaints.length === 1
      ? objectName(first.workload.ref)
      : `${complaints.length} workloads, ${objectName(first.workload.ref)} among them`;
  const name = behind === undefined ? 'The database' : objectName(object);
  const said = quote(tellingLine(first.lines)?.text ?? '');
  yield {
    ...base(trouble),
    object,
    message: trouble.ofDatabase
      ? `${name} ${trouble.says}, as ${who} say${complaints.length === 1 ? 's' : ''}: ${said}.`
      : `${complaints.length} clients of ${name} say the same, each that it ${trouble.says}: ${said}.`,
    evidence: [...new Set(complaints.slice(0, 5).flatMap(({ lines }) => lines[0]?.evidence ?? []))],
    pods: complaints.flatMap(({ pods }) => pods.map(({ name: pod }) => pod)),
    blames: [],
    touchedBy: { direct: [], plausible: [] },
  };
}

/** Clients of one database, where there are so many that the database is what they have in common. */
function manyOfOne(snapshot: Snapshot, clients: readonly Complaint[]): (readonly Complaint[])[] {
  const groups = Map.groupBy(clients, (complaint) => {
    const behind = databaseOf(snapshot, [complaint]);
    return behind === undefined || isDown(snapshot, behind) ? '' : objectName(behind.ref);
  });
  return [...groups].filter(([name, group]) => name !== '' && group.length > MANY).map(([, group]) => group);
}

/** One client's settings are the client's; the same complaint of most points at the database, and is weighed lower on each of them. */
function* aboutClient(snapshot: Snapshot, trouble: DatabaseTrouble, { workload, lines, pods }: Complaint, all: number): Iterable<Finding> {
  const line = tellingLine(lines);
  const behind = databaseOf(snapshot, [{ workload, lines, pods }]);
  if (
    trouble.reason === 'DatabaseUnreachable' &&
    (isDownBehind(snapshot, workload, line) || (behind !== undefined && isDown(snapshot, behind)))
  )
    return;
  const container =
    workload.containers.find(({ name }) => name === line?.container) ?? workload.containers.find(({ role }) => role === 'app');
  const [pod] = pods;
  const settings = container === undefined ? [] : containerFields(workload.ref, container, 'env', 'envFrom');
  yield {
    ...base(trouble),
    object: workload.ref,
    message: `${objectName(workload.ref)} ${trouble.says}: ${quote(line?.text ?? '')}.`,
    evidence: [...new Set([workload.evidence, ...lines.slice(0, 3).map(({ evidence }) => evidence)])],
    pods: pods.map(({ name }) => name),
    blames: behind === undefined ? [] : [behind.ref],
    indirect: all > MANY,
    touchedBy: {
      direct: [...settings, ...(pod !== undefined && container !== undefined ? configurationOf(pod, container) : [])],
      plausible: [],
    },
  };
}

/** The line names a Service, and all that is behind it is down, whatever it calls itself. */
function isDownBehind(snapshot: Snapshot, { ref }: Workload, line: TroubleLine | undefined): boolean {
  const named = line === undefined ? [] : servicesNamedIn(snapshot, line.text, ref.namespace ?? '');
  const backing = named.flatMap((service) => workloadsBehind(snapshot, service));
  return backing.length > 0 && backing.every((one) => isDown(snapshot, one));
}

/** The one with the most words: drivers write a number in one line and what it means in the next. */
const tellingLine = (lines: readonly TroubleLine[]): TroubleLine | undefined =>
  lines.toSorted((a, b) => wordsOf(b.text) - wordsOf(a.text))[0];
const wordsOf = (text: string): number => (text.slice(0, 300).match(/(?<![\w.])[a-z'-]{2,20}(?![\w.])/giu) ?? []).length;

/** Switched off, or none of its pods is ready but between two crashes: why is for others to find. */
const isDown = (snapshot: Snapshot, { ref, desired }: Workload): boolean => {
  const own = snapshot.pods.filter(({ owner }) => objectName(owner) === objectName(ref));
  return desired === 0 || (own.length > 0 && !own.some((pod) => pod.ready && !flaps(snapshot, pod)));
};

const flaps = ({ at }: Snapshot, { containers }: Pod): boolean =>
  containers.some(({ restarts, lastState: { terminated } }) => restarts > 1 && (terminated?.finishedAt ?? 0) > at - RECENT_MS);
const RECENT_MS = 5 * 60_000;

const MANY = 3;

const base = ({ reason }: DatabaseTrouble): Pick<Finding, 'analyzer' | 'reason' | 'cures'> => ({
  analyzer: database.name,
  reason,
  cures: ['RevertCommit'],
});

const ENGINES: readonly RegExp[] = [
  /mysql|mariadb|percona|galera/iu,
  /postgres|pgsql|timescale|spilo|cnpg|patroni/iu,
  /mongo/iu,
  /redis|valkey|keydb|dragonfly/iu,
];

const engineOf = ({ ref, containers }: Workload): number =>
  ENGINES.findIndex(
    (engine) => engine.test(ref.name) || containers.some(({ image, role }) => role !== 'init' && engine.test(lastPart(image))),
  );

const lastPart = (image: string): string => image.slice(image.lastIndexOf('/') + 1);

/** What watches, manages or fronts a database is called after it. */
const COMPANION = /exporter|admin|commander|express|operator|backup|proxy|bouncer|insight|client/iu;

/** By its image; what only calls itself after a database it uses has no image of one. */
const isDatabase = ({ containers }: Workload): boolean =>
  containers.some(
    ({ image, role }) => role === 'app' && !COMPANION.test(lastPart(image)) && ENGINES.some((engine) => engine.test(lastPart(image))),
  );

/**
 * The database behind complaints: one that a complaining client calls or is configured with; else the one of the namespace whose engine the
 * words name. One that is named after another workload belongs to that one.
 */
function databaseOf(snapshot: Snapshot, complaints: readonly Complaint[]): Workload | undefined {
  const clients = new Set(complaints.map(({ workload }) => objectName(workload.ref)));
  const databases = snapshot.workloads.filter(isDatabase);
  const called = databases.filter(
    ({ ref }) =>
      snapshot.calls.some(({ caller, callee }) => clients.has(objectName(caller)) && objectName(callee) === objectName(ref)) ||
      complaints.some(({ workload }) =>
        [...addressesOf(workload)].some(({ name }) => name === ref.name || name.startsWith(`${ref.name}-`)),
      ),
  );
  if (called.length > 0) return called[0];
  const text = complaints.flatMap(({ lines }) => lines.map((line) => line.text)).join('\n');
  const named = ENGINES.findIndex((engine) => engine.test(text));
  const fitting = databases.filter((one) => named < 0 || engineOf(one) === named);
  const free = fitting.filter(
    ({ ref }) => !snapshot.workloads.some((other) => other.ref.name !== ref.name && ref.name.startsWith(other.ref.name)),
  );
  return free.length === 1 ? free[0] : fitting.length === 1 ? fitting[0] : undefined;
}
