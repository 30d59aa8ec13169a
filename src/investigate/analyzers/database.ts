/**
 * A database that refuses its clients, by what its drivers and the database itself say.
 *
 * Right when lines of the last hour say so in the words of the common drivers and servers (MySQL, PostgreSQL, MongoDB, Redis). What the
 * database does to all (no more connections, read-only) is about the database; what one client brings (credentials, an address) is about
 * the client, unless most clients of that database say the same. Disproved by the client being ready and no line newer than its start; a
 * database whose own pods are down is left to what keeps them down.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import { objectName } from '../../sources/kubernetes/names.ts';
import type { Pod, Snapshot, Workload } from '../../sources/kubernetes/snapshot.ts';
import { addressesOf } from '../addresses.ts';
import { livingPods } from '../containers.ts';
import { configurationOf, containerFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { linesOf, type TroubleLine } from '../troubleLines.ts';

interface Trouble {
  readonly reason: FindingReason;
  /** Of the database, whoever says it. */
  readonly ofDatabase: boolean;
  readonly says: string;
  readonly pattern: RegExp;
}

const TROUBLES: readonly Trouble[] = [
  {
    reason: 'DatabaseConnectionsExhausted',
    ofDatabase: true,
    says: 'takes no more connections',
    pattern:
      /too many connections|too many clients already|remaining connection slots are reserved|max number of clients reached|connection limit exceeded|Too many open connections/iu,
  },
  {
    reason: 'DatabaseReadOnly',
    ofDatabase: true,
    says: 'refuses writes',
    pattern:
      /--(?:super-)?read-only (?:option|so it cannot)|READONLY You can't write|in a read-only transaction|NotWritablePrimary|not (?:master|primary)\b.*(?:write|code 10107)|database is (?:in )?read[- ]only|SQL Error: 1290\b/iu,
  },
  {
    reason: 'DatabaseAuthenticationFailed',
    ofDatabase: false,
    says: 'is refused by its database: user or password',
    pattern:
      /Access denied for user|password authentication failed|MongoServerError: Authentication failed|AuthenticationFailed.*mongo|WRONGPASS|NOAUTH Authentication required|no pg_hba\.conf entry|Login failed for user|role "[^"]+" does not exist/iu,
  },
  {
    reason: 'DatabaseUnreachable',
    ofDatabase: false,
    says: 'finds no database at the address that it is configured with',
    pattern:
      /Communications link failure|Can't connect to (?:MySQL|local) server|Unknown MySQL server host|could not connect to server|connection to server at .* failed|MongoServerSelectionError|MongoNetworkError|Error connecting to Redis|Could not connect to Redis|(?:ECONNREFUSED|ENOTFOUND|connection refused|no such host).{0,40}:(?:3306|5432|6379|27017)\b/iu,
  },
  {
    reason: 'DatabaseSchemaMismatch',
    ofDatabase: false,
    says: 'asks for a table or column that its database does not have',
    pattern:
      /Table '[^']+' doesn't exist|Unknown column '[^']+'|relation "[^"]+" does not exist|column "[^"]+" (?:of relation "[^"]+" )?does not exist/iu,
  },
  {
    reason: 'DatabasePoolExhausted',
    ofDatabase: false,
    says: 'has no connection left in its own pool',
    pattern:
      /Connection is not available, request timed out|QueuePool limit of size|Timeout waiting for (?:idle object|connection from pool)|pool exhausted|connection pool (?:is )?exhausted/iu,
  },
  {
    reason: 'DatabaseReplicationLag',
    ofDatabase: true,
    says: 'is behind its primary',
    pattern: /replication lag|Seconds_Behind_(?:Master|Source): [1-9]\d{1,}|replica is too stale|replSet.*(?:too stale|RECOVERING)/iu,
  },
  {
    reason: 'DatabaseSlowQueries',
    ofDatabase: true,
    says: 'answers slowly',
    pattern:
      /# Query_time: (?:[1-9]\d*)\.|duration: \d{4,}(?:\.\d+)? ms\s+(?:statement|execute)|Slow query.*\d{4,}\s?ms|"durationMillis":\s?\d{4,}|canceling statement due to statement timeout|MaxTimeMSExpired/iu,
  },
];

export const database: Analyzer = {
  name: 'database',
  *find(snapshot) {
    for (const trouble of TROUBLES) {
      const complaints = snapshot.workloads.flatMap((workload) => complaintOf(snapshot, workload, trouble) ?? []);
      const clients = complaints.filter(({ workload }) => !isDatabase(workload));
      if (trouble.ofDatabase) yield* aboutDatabase(snapshot, trouble, complaints);
      else for (const complaint of clients) yield aboutClient(snapshot, trouble, complaint, clients.length);
    }
  },
};

interface Complaint {
  readonly workload: Workload;
  readonly lines: readonly TroubleLine[];
  /** Its pods that are not ready, or all where all are. */
  readonly pods: readonly Pod[];
}

function complaintOf(snapshot: Snapshot, workload: Workload, { pattern }: Trouble): Complaint | undefined {
  const lines = linesOf(snapshot, workload).filter(({ text }) => pattern.test(text));
  if (lines.length === 0) return undefined;
  const own = livingPods(snapshot).filter(({ owner }) => objectName(owner) === objectName(workload.ref));
  const unready = own.filter(({ ready }) => !ready);
  return { workload, lines, pods: unready.length > 0 ? unready : own };
}

function* aboutDatabase(snapshot: Snapshot, trouble: Trouble, complaints: readonly Complaint[]): Iterable<Finding> {
  const [first] = complaints.toSorted((a, b) => b.lines.length - a.lines.length);
  if (first === undefined) return;
  const server = complaints.find(({ workload }) => isDatabase(workload))?.workload ?? databaseOf(snapshot, complaints);
  const object: ObjectRef = server?.ref ?? first.workload.ref;
  const who =
    complaints.length === 1
      ? objectName(first.workload.ref)
      : `${complaints.length} workloads, ${objectName(first.workload.ref)} among them`;
  const name = server === undefined ? 'The database' : objectName(object);
  yield {
    ...base(trouble),
    object,
    message: `${name} ${trouble.says}, as ${who} say${complaints.length === 1 ? 's' : ''}: ${quote(first.lines[0]?.text ?? '')}.`,
    evidence: [...new Set(complaints.slice(0, 5).flatMap(({ lines }) => lines[0]?.evidence ?? []))],
    pods: complaints.flatMap(({ pods }) => pods.map(({ name: pod }) => pod)),
    blames: [],
    touchedBy: { direct: [], plausible: [] },
  };
}

/** One client's settings are the client's; the same complaint of most points at the database, and is weighed lower on each of them. */
function aboutClient(snapshot: Snapshot, trouble: Trouble, { workload, lines, pods }: Complaint, all: number): Finding {
  const [line] = lines;
  const container =
    workload.containers.find(({ name }) => name === line?.container) ?? workload.containers.find(({ role }) => role === 'app');
  const [pod] = pods;
  const settings = container === undefined ? [] : containerFields(workload.ref, container, 'env', 'envFrom');
  const server = databaseOf(snapshot, [{ workload, lines, pods }]);
  return {
    ...base(trouble),
    object: workload.ref,
    message: `${objectName(workload.ref)} ${trouble.says}: ${quote(line?.text ?? '')}.`,
    evidence: [...new Set([workload.evidence, ...lines.slice(0, 3).map(({ evidence }) => evidence)])],
    pods: pods.map(({ name }) => name),
    blames: server === undefined ? [] : [server.ref],
    indirect: all > MANY,
    touchedBy: {
      direct: [...settings, ...(pod !== undefined && container !== undefined ? configurationOf(pod, container) : [])],
      plausible: [],
    },
  };
}

const MANY = 3;

const base = ({ reason }: Trouble): Pick<Finding, 'analyzer' | 'reason' | 'cures'> => ({
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

/** By its image or name; what only calls itself after a database it uses has no image of one. */
const isDatabase = (workload: Workload): boolean =>
  ENGINES.some((engine) => workload.containers.some(({ image, role }) => role === 'app' && engine.test(lastPart(image))));

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
