/** Something else that does not answer, or not in time. */
import { EFFECTS, FAILING } from './explains.ts';
import { by, database, type Family } from './family.ts';

export const DEPENDENCIES: readonly Family[] = [
  {
    name: 'DatabaseUnreachable',
    title: 'Database unreachable',
    kind: 'dependency',
    fits: by(database('DatabaseUnreachable')),
    explains: ['PoolExhausted', 'CircuitOpen', 'Timeout', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'A database cannot be reached',
    next: 'Look at the database itself, then at its Service and endpoints and at what lies between.',
  },
  {
    name: 'RateLimited',
    title: 'Rate limited',
    kind: 'dependency',
    fits: by(
      /rate[- ]?limit(?:ed|ing|er)?\b.{0,40}(?:exceed|reach|hit|refus|reject|429)|rate limited|rate exceeded|too many requests|\b429\b|ThrottlingException|RequestLimitExceeded|(?:request|API|client-side|server) throttl|throttled|quota exceeded|ResourceExhausted|RESOURCE_EXHAUSTED|SlowDown/iu,
    ),
    explains: ['Timeout', 'CircuitOpen', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'Calls are refused because there are too many of them',
    next: 'Look who calls more than before (a retry loop, a new job), and whether retries back off.',
  },
  {
    name: 'BrokerTrouble',
    title: 'Message broker in trouble',
    kind: 'dependency',
    fits: by(
      /NOT_LEADER|LEADER_NOT_AVAILABLE|NotLeaderFor|CommitFailedException|UnknownTopicOrPartition|(?:bootstrap )?broker .{0,60}(?:disconnected|may not be available|not available|unreachable)|Connection to node -?\d{1,6}.{0,60}could not be established|CONNECTION_FORCED|PRECONDITION_FAILED|(?:kafka|rabbitmq|amqp|nats|pulsar)\b.{0,80}(?:error|fail|timed? ?out|clos|refused|disconnect)|consumer .{0,60}(?:left|removed from) the group|UNDER_REPLICATED|NotEnoughReplicas/iu,
    ),
    explains: ['Timeout', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'A message broker does not take or give messages',
    next: 'Look at the brokers (leaders, in-sync replicas, disk) before the clients.',
  },
  {
    name: 'LeaderLost',
    title: 'Leadership lost',
    kind: 'dependency',
    fits: by(
      /leader ?election lost|lost (?:leadership|the lease|leader)|failed to renew lease|stopped leading|etcdserver: (?:leader changed|request timed out|no leader)|no leader|quorum (?:lost|not)|not enough (?:quorum|members)|split[- ]brain|raft.{0,60}(?:election timeout|lost leader)/iu,
    ),
    explains: ['Timeout', 'ConnectionReset', ...FAILING, ...EFFECTS],
    statement: 'Leadership or quorum was lost',
    next: 'Look at the members of the quorum and at the disk and network latency between them.',
  },
  {
    name: 'ConnectionRefused',
    title: 'Connection refused',
    kind: 'dependency',
    fits: by(
      /connection (?:was )?refused|\bECONNREFUSED\b|actively refused|Connection rejected|connect\(\) failed|failed to connect to all addresses/iu,
    ),
    explains: ['PoolExhausted', 'CircuitOpen', 'Timeout', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'Connections are refused: nothing listens there',
    next: 'Look whether what is called runs and is ready, and whether its Service points to the port on which it listens.',
  },
  {
    name: 'NetworkUnreachable',
    title: 'Network unreachable',
    kind: 'dependency',
    fits: by(
      /no route to host|network is (?:unreachable|down)|\bEHOSTUNREACH\b|\bENETUNREACH\b|host is unreachable|destination host unreachable/iu,
    ),
    explains: ['PoolExhausted', 'CircuitOpen', 'Timeout', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'There is no way to another machine',
    next: 'Look at network policies, routes and the node on the other end.',
  },
  {
    name: 'SlowQueries',
    title: 'Slow queries',
    kind: 'dependency',
    fits: (message) => database('DatabaseSlowQueries').test(message) || /slow query|slow log|query took|SlowQuery/iu.test(message),
    explains: ['Timeout', 'PoolExhausted', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'Queries are slow',
    next: 'Take the slowest statement and look at its plan: an index that is missing, statistics that are old, locks.',
  },
  {
    name: 'ReplicationLag',
    title: 'Replica behind',
    kind: 'dependency',
    fits: by(database('DatabaseReplicationLag')),
    explains: ['Timeout', 'ServerErrors', ...FAILING],
    statement: 'A replica is behind its primary',
    next: 'Look at what the primary writes and at the disk of the replica.',
  },
  {
    name: 'Timeout',
    title: 'Time-outs',
    kind: 'dependency',
    fits: by(
      /timed? ?-?out|deadline exceeded|\bETIMEDOUT\b|\bESOCKETTIMEDOUT\b|DEADLINE_EXCEEDED|TimeoutE(?:xception|rror)|context canceled|took too long|not respond(?:ing)? (?:in|within)|no response (?:from|within|received)/iu,
    ),
    explains: ['CircuitOpen', 'ServerErrors', 'PoolExhausted', ...FAILING, ...EFFECTS],
    statement: 'Something does not answer in time',
    next: 'Look at the latency of what is called: slow itself, or waiting for something else.',
  },
  {
    name: 'ConnectionReset',
    title: 'Connections broken off',
    kind: 'dependency',
    fits: by(
      /reset by peer|\bECONNRESET\b|broken pipe|\bEPIPE\b|socket hang up|unexpected EOF|connection (?:was |has been )?(?:closed|aborted|lost|terminated|dropped|interrupted|reset)|prematurely closed|server has gone away|lost connection to|client disconnected|\bGOAWAY\b|RST_STREAM|transport is closing|stream (?:closed|error)|EOFException/iu,
    ),
    explains: ['CircuitOpen', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'Connections are broken off by the other side',
    next: 'Look whether the other side restarts, or whether something between closes idle connections.',
  },
];
