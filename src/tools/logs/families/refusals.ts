/** What is refused to a program for what it is or asks: by a database, by who guards something, by its own configuration. */
import { architectureLine, portInUseLine } from '../../../investigate/endReading.ts';
import { configurationLine, deniedLine } from '../../../investigate/logReading.ts';
import { EFFECTS, FAILING, STARTING } from './explains.ts';
import { by, database, type Family, tail } from './family.ts';

export const REFUSALS: readonly Family[] = [
  {
    name: 'DatabaseConnectionsExhausted',
    title: 'Database takes no more connections',
    kind: 'root',
    fits: by(database('DatabaseConnectionsExhausted')),
    explains: [
      'PoolExhausted',
      'Timeout',
      'ConnectionRefused',
      'ConnectionReset',
      'DatabaseUnreachable',
      'ServerErrors',
      ...FAILING,
      ...EFFECTS,
    ],
    statement: 'A database takes no more connections',
    next: 'Count the connections by client; give the greediest a smaller pool before you give the database more connections.',
  },
  {
    name: 'DatabaseReadOnly',
    title: 'Database refuses writes',
    kind: 'root',
    fits: by(database('DatabaseReadOnly')),
    explains: ['ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'A database refuses writes',
    next: 'Look which member is primary: a failover that the client did not follow is the usual reason.',
  },
  {
    name: 'PoolExhausted',
    title: 'Pool exhausted',
    kind: 'dependency',
    fits: (message) =>
      database('DatabasePoolExhausted').test(message) ||
      /\bpool\b.{0,60}(?:exhaust|timed? ?out|is full|no (?:free|available))|RejectedExecutionException|(?:thread|worker|connection) pool .{0,40}(?:full|reached|exceeded)|timeout (?:acquiring|exceeded when trying to connect)|Unable to acquire JDBC Connection|no available connections?|worker_connections are not enough|too many pending requests|queue (?:is )?full/iu.test(
        message,
      ),
    explains: ['Timeout', 'ServerErrors', 'CircuitOpen', 'RateLimited', ...FAILING, ...EFFECTS],
    statement: 'A pool of connections or workers is used up',
    next: 'Look for what holds them (slow queries, calls without a time limit, leaks) before you enlarge the pool.',
  },
  {
    name: 'Deadlock',
    title: 'Deadlock or lock time-out',
    kind: 'root',
    fits: by(
      /\bdeadlock|lock wait timeout|could not obtain lock|lock (?:request )?time(?:d )?-?out|database is locked|could not serialize access|waiting for (?:\w{1,30} )?lock.{0,40}(?:timed? ?out|too long)|LockAcquisitionException/iu,
    ),
    explains: ['Timeout', 'PoolExhausted', 'SlowQueries', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'Transactions lock each other out',
    next: 'Look which two statements wait for each other (pg_locks, SHOW ENGINE INNODB STATUS), and make them lock in one order.',
  },
  {
    name: 'SchemaMismatch',
    title: 'Schema does not fit',
    kind: 'root',
    fits: (message) =>
      database('DatabaseSchemaMismatch').test(message) ||
      /no such (?:table|column)|undefined (?:table|column)|invalid (?:column|object) name|migration .{0,80}(?:failed|pending|dirty)|(?:failed|unable) to (?:run|apply) migrations?|Dirty database version|FlywayException|LiquibaseException|schema version mismatch/iu.test(
        message,
      ),
    explains: ['ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'The database does not have the schema that the program asks for',
    next: 'Look whether the migration of this release ran, and against which database.',
  },
  {
    name: 'AuthenticationFailed',
    title: 'Credentials refused',
    kind: 'root',
    fits: (message) =>
      database('DatabaseAuthenticationFailed').test(message) ||
      /authentication (?:failed|failure|error|required)|auth(?:entication)? fail|invalid (?:\w{1,20} )?(?:credentials?|token|api[- ]?key|password|signature)|(?:token|credentials?|jwt|session) (?:has |is |have )?expired|ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|\b401\b.{0,20}unauthorized|unauthorized|unauthenticated|login failed|bad credentials|Failed password for|incorrect password/iu.test(
        message,
      ),
    explains: ['DatabaseUnreachable', 'PoolExhausted', 'ConnectionReset', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'Credentials are refused',
    next: 'Look whether the Secret was rotated on one side only, and whether the pods were started after that.',
  },
  {
    name: 'PermissionDenied',
    title: 'Permission denied',
    kind: 'root',
    fits: (message) =>
      deniedLine(tail(message)) !== undefined ||
      /is forbidden: User|AccessDenied|access denied|\bnot authori[sz]ed\b|insufficient (?:permissions?|privileges|scopes?)|PermissionDenied|\b403\b.{0,20}forbidden|RBAC: access denied|does not have .{0,60}permissions?/iu.test(
        message,
      ),
    explains: ['ServerErrors', 'FileMissing', ...FAILING, ...EFFECTS],
    statement: 'Something is not allowed to it',
    next: 'Read which account asked for what: a Role, a file mode, a securityContext or a cloud policy that lacks it.',
  },
  {
    name: 'PortInUse',
    title: 'Port taken',
    kind: 'root',
    fits: (message) => portInUseLine(tail(message)) !== undefined,
    explains: STARTING,
    statement: 'A port is taken already',
    next: 'Look for a second process or container of the pod that listens there.',
  },
  {
    name: 'WrongArchitecture',
    title: 'Binary of another architecture',
    kind: 'root',
    fits: (message) => architectureLine(tail(message)) !== undefined,
    explains: STARTING,
    statement: 'A program is not built for the architecture of its node',
    next: 'Build the image for the platform of the node, or select nodes of its platform.',
  },
  {
    name: 'DependencyMissing',
    title: 'Library or program missing',
    kind: 'root',
    fits: by(
      /ModuleNotFoundError|No module named|Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|ClassNotFoundException|NoClassDefFoundError|NoSuchMethodError|ImportError|error while loading shared libraries|LoadError|command not found|executable file not found|UnsupportedClassVersionError|version `\w{1,10}_[\d.]{1,10}' not found/u,
    ),
    explains: STARTING,
    statement: 'A library or program is missing in the image',
    next: 'Compare the image with the one before: a dependency was dropped, or is of another version.',
  },
  {
    name: 'ConfigurationInvalid',
    title: 'Configuration missing or invalid',
    kind: 'root',
    fits: (message) =>
      configurationLine(tail(message)) !== undefined ||
      /could not resolve placeholder|InvalidConfiguration|ConfigurationError|BeanCreationException|(?:configmap|secret) "[^"]{1,200}" not found|missing required (?:configuration|environment|setting|key)|feature flag .{0,60}not found/iu.test(
        message,
      ),
    explains: ['FileMissing', 'BadData', ...STARTING],
    statement: 'The configuration lacks something or cannot be read',
    next: 'Compare the ConfigMap, Secret and environment with those of the last revision that worked.',
  },
];
