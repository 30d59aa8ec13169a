/**
 * What databases and their drivers write when something is wrong, by what it means: MySQL, PostgreSQL, MongoDB and Redis, and the common
 * drivers and pools of Go, Java, JavaScript, Python and .NET.
 *
 * Each pattern runs over single lines of bounded length, and is linear.
 */
import type { FindingReason } from '../../crds/reasons.ts';

export interface DatabaseTrouble {
  readonly reason: FindingReason;
  /** Of the database, whoever says it. */
  readonly ofDatabase: boolean;
  /** Fewer lines than this are nothing out of the ordinary; one where it is not said. */
  readonly fewest?: number;
  readonly says: string;
  readonly pattern: RegExp;
}

const either = (...parts: readonly RegExp[]): RegExp => new RegExp(parts.map(({ source }) => source).join('|'), 'iu');

export const DATABASE_TROUBLES: readonly DatabaseTrouble[] = [
  {
    reason: 'DatabaseConnectionsExhausted',
    ofDatabase: true,
    says: 'takes no more connections',
    pattern: either(
      /too many (?:open )?connections|max_user_connections|connection limit exceeded/u,
      /too many clients already|remaining connection slots are reserved|no more connections allowed/u,
      /max number of clients reached/u,
    ),
  },
  {
    reason: 'DatabaseReadOnly',
    ofDatabase: true,
    says: 'refuses writes',
    pattern: either(
      /--(?:super-)?read-only (?:option|so it cannot)|SQL Error: 1290\b/u,
      /in a read-only transaction|database is (?:in )?read[- ]only/u,
      /NotWritablePrimary|not (?:master|primary)\b.{0,200}(?:write|code 10107)/u,
      /READONLY You can't write|MISCONF Redis/u,
    ),
  },
  {
    reason: 'DatabaseAuthenticationFailed',
    ofDatabase: false,
    says: 'is refused by its database: user or password',
    pattern: either(
      /Access denied for user|Login failed for user/u,
      /password authentication failed|no password supplied|no pg_hba\.conf entry|role "[^"]+" does not exist/u,
      /Mongo(?:Server)?Error: Authentication failed|OperationFailure: Authentication failed|MongoSecurityException|AuthenticationFailed.{0,200}mongo/u,
      /WRONGPASS|NOAUTH Authentication required|ERR invalid password|ERR AUTH /u,
    ),
  },
  {
    reason: 'DatabaseUnreachable',
    ofDatabase: false,
    says: 'finds no database at the address that it is configured with',
    pattern: either(
      /Communications link failure|Can't connect to (?:MySQL|local) server|Unknown MySQL server host/u,
      /could not connect to server|connection to server at .{0,200} failed|could not translate host name|failed to connect to `(?:host|user)=/u,
      /MongoServerSelectionError|MongoNetworkError|ServerSelectionTimeoutError/u,
      /Error (?:\d+ )?connecting to redis|Could not connect to Redis|not possible to connect to the redis|RedisConnectionException: Unable to connect/u,
      /(?:ECONNREFUSED|ENOTFOUND|connection refused|no such host).{0,40}:(?:3306|5432|6379|27017)\b/u,
      /:(?:3306|5432|6379|27017)\b.{0,40}(?:connection refused|i\/o timeout|no route to host)/u,
      /\b(?:redis|mysql|postgres|pgx?|mongo)\w*: .{0,120}(?:connection refused|i\/o timeout|no such host)/u,
    ),
  },
  {
    reason: 'DatabaseSchemaMismatch',
    ofDatabase: false,
    says: 'asks for a table or column that its database does not have',
    pattern: either(
      /Table '[^']+' doesn't exist|Unknown column '[^']+'/u,
      /relation "[^"]+" does not exist|column "[^"]+" (?:of relation "[^"]+" )?does not exist/u,
    ),
  },
  {
    reason: 'DatabasePoolExhausted',
    ofDatabase: false,
    says: 'has no connection left in its own pool',
    pattern: either(
      /Connection is not available, request timed out|Timeout waiting for (?:idle object|connection from pool)/u,
      /QueuePool limit of size|pool exhausted|connection pool (?:is )?exhausted|connection pool timeout/u,
    ),
  },
  {
    reason: 'DatabaseReplicationLag',
    ofDatabase: true,
    fewest: 3,
    says: 'is behind its primary',
    pattern: /replication lag|Seconds_Behind_(?:Master|Source): [1-9]\d{1,}|replica is too stale|replSet.{0,200}(?:too stale|RECOVERING)/iu,
  },
  {
    reason: 'DatabaseSlowQueries',
    ofDatabase: true,
    fewest: 3,
    says: 'answers slowly',
    pattern: either(
      /# Query_time: (?:[1-9]\d*)\./u,
      /duration: \d{4,}(?:\.\d+)? ms\s+(?:statement|execute)|canceling statement due to statement timeout/u,
      /Slow query.{0,300}\d{4,}\s?ms|"durationMillis":\s?\d{4,}|MaxTimeMSExpired/u,
    ),
  },
];
