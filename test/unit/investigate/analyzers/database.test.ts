import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/investigate/diagnose.ts';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, event, log, running, waiting } from '../builders.ts';
import { type AppOptions, app, calls, deployment, firstOf, named, says, series, service, tcp, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const IMAGES = { mysql: 'mysql:8.4', postgres: 'bitnami/postgresql:16', mongo: 'mongo:7', redis: 'redis:7-alpine' };
const PORTS = { mysql: 3306, postgres: 5432, mongo: 27_017, redis: 6379 };
type Engine = keyof typeof IMAGES;

const db = (engine: Engine, more: AppOptions = {}) =>
  app(engine, {
    service: { ports: [tcp(PORTS[engine])] },
    ...more,
    container: { image: IMAGES[engine], ports: [{ port: PORTS[engine], protocol: 'TCP' }], ...more.container },
  });
const crashing = (text: string): AppOptions => ({
  ready: false,
  container: {
    state: waiting('CrashLoopBackOff'),
    restarts: 7,
    lastState: { terminated: { exitCode: 1, reason: 'Error', message: '', finishedAt: ago(1) } },
    logs: { previous: log(text) },
  },
});
const table = (reason: string, on: string, rows: readonly (readonly [engine: Engine, text: string])[]): Case[] =>
  rows.map(([engine, text]) => ({
    name: `${engine}: ${text}`,
    seen: world(db(engine), app('orders'), says('orders', text)),
    want: `${reason} Deployment/${on === '' ? engine : on}`,
  }));
const check = ({ seen, want }: Case): void => {
  expect(named(seen)).toBe(want);
  if (want !== undefined) expect(firstOf(seen)).toBe(want);
};

describe('a client that is refused', () => {
  test.each<Case>([
    ...table('DatabaseAuthenticationFailed', 'orders', [
      ['mysql', "java.sql.SQLException: Access denied for user 'orders'@'10.1.0.7' (using password: YES)"],
      ['mysql', "Error: ER_ACCESS_DENIED_ERROR: Access denied for user 'orders'@'10.1.0.7'"],
      ['postgres', 'FATAL: password authentication failed for user "orders"'],
      ['postgres', 'pq: role "ordres" does not exist'],
      ['mongo', 'MongoServerError: Authentication failed.'],
      ['mongo', 'pymongo.errors.OperationFailure: Authentication failed., full error: {"code": 18}'],
      ['mongo', 'com.mongodb.MongoSecurityException: Exception authenticating MongoCredential'],
      ['redis', 'WRONGPASS invalid username-password pair or user is disabled.'],
      ['redis', 'ReplyError: NOAUTH Authentication required.'],
      ['redis', 'ERR invalid password'],
    ]),
    ...table('DatabaseUnreachable', 'orders', [
      ['mysql', 'com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure'],
      ['mysql', `(2003, "Can't connect to MySQL server on 'mysql' ([Errno 111] Connection refused)")`],
      ['mysql', 'dial tcp 10.96.7.7:3306: connect: connection refused'],
      ['mysql', 'Error: connect ECONNREFUSED 10.96.7.7:3306'],
      ['postgres', 'connection to server at "postgres" (10.96.7.7), port 5433 failed: Connection refused'],
      ['postgres', 'psycopg2.OperationalError: could not translate host name "postgrs" to address: Name or service not known'],
      [
        'postgres',
        'failed to connect to `host=postgres user=orders database=orders`: dial error (dial tcp 10.96.7.7:5433: connect: connection refused)',
      ],
      ['mongo', 'MongoServerSelectionError: connect ECONNREFUSED 10.96.7.7:27018'],
      ['mongo', 'pymongo.errors.ServerSelectionTimeoutError: mongo:27018: [Errno 111] Connection refused'],
      ['redis', 'StackExchange.Redis.RedisConnectionException: It was not possible to connect to the redis server(s).'],
      ['redis', 'io.lettuce.core.RedisConnectionException: Unable to connect to redis:6380'],
      ['redis', 'redis.exceptions.ConnectionError: Error 111 connecting to redis:6380. Connection refused.'],
    ]),
    ...table('DatabasePoolExhausted', 'orders', [
      ['mysql', 'HikariPool-1 - Connection is not available, request timed out after 30000ms'],
      ['postgres', 'sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out'],
    ]),
    ...table('DatabaseSchemaMismatch', 'orders', [
      ['mysql', "Table 'shop.orders' doesn't exist"],
      ['postgres', 'ERROR: column "total" does not exist'],
    ]),
  ])('$name', check);
});

describe('a database that refuses', () => {
  test.each<Case>([
    ...table('DatabaseConnectionsExhausted', '', [
      ['mysql', 'Data source rejected establishment of connection, message from server: "Too many connections"'],
      ['mysql', "User 'orders' has exceeded the 'max_user_connections' resource (current value: 5)"],
      ['postgres', 'FATAL: sorry, too many clients already'],
      ['postgres', 'FATAL: remaining connection slots are reserved for non-replication superuser connections'],
      ['redis', 'ERR max number of clients reached'],
      ['mongo', 'connection refused because there are too many open connections'],
    ]),
    ...table('DatabaseReadOnly', '', [
      ['mysql', 'The MySQL server is running with the --read-only option so it cannot execute this statement'],
      ['mysql', 'The MySQL server is running with the --super-read-only option so it cannot execute this statement'],
      ['postgres', 'ERROR: cannot execute INSERT in a read-only transaction'],
      ['mongo', 'MongoServerError[NotWritablePrimary]: not primary'],
      ['redis', "READONLY You can't write against a read only replica."],
      ['redis', 'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.'],
    ]),
    {
      name: 'many clients say so',
      seen: world(
        db('mysql'),
        ...['orders', 'cart', 'users', 'stock'].flatMap((name) => [app(name), says(name, 'ERROR 1040 (HY000): Too many connections')]),
      ),
      want: 'DatabaseConnectionsExhausted Deployment/mysql',
    },
    {
      name: 'its clients crash for it',
      seen: world(db('mysql'), app('orders', crashing('ERROR 1040 (HY000): Too many connections')), calls('orders>mysql')),
      want: 'DatabaseConnectionsExhausted Deployment/mysql',
    },
    {
      name: 'of two of one engine, it is the one that the client calls',
      seen: world(
        db('mysql'),
        app('users-mysql', { container: { image: 'mysql:8.4' } }),
        app('users', { container: { env: { DB_URL: 'jdbc:mysql://users-mysql:8080/users' } } }),
        says('users', 'Too many connections'),
      ),
      want: 'DatabaseConnectionsExhausted Deployment/users-mysql',
    },
    {
      name: 'what watches a database is none',
      seen: world(
        app('mysqld-exporter', { container: { image: 'prom/mysqld-exporter:v0.15' } }),
        db('mysql'),
        app('orders'),
        says('orders', 'Too many connections'),
      ),
      want: 'DatabaseConnectionsExhausted Deployment/mysql',
    },
    {
      name: 'it is slow, and says so itself',
      seen: world(db('mysql'), app('orders'), {
        errorLines: [
          {
            owner: deployment('mysql'),
            lines: [{ text: '# Query_time: 12.31  Lock_time: 0.0', count: 40 }],
            evidence: 'errors/Deployment/shop/mysql',
          },
        ],
      }),
      want: 'DatabaseSlowQueries Deployment/mysql',
    },
    {
      name: 'it is slow, so that the pool of its client runs dry and its answers are late',
      seen: world(
        db('postgres'),
        app('orders'),
        calls('orders>postgres'),
        says('postgres', 'LOG: duration: 8123.1 ms  statement: SELECT 1', 'LOG: duration: 9123.1 ms  statement: SELECT 1'),
        says('orders', 'QueuePool limit of size 5 overflow 10 reached, connection timed out'),
        {
          series: [
            series('orders', 'latencyP50Seconds', 0.01, 4),
            series('orders', 'latencyP95Seconds', 0.02, 9),
            series('orders', 'cpuCores', 0.1),
          ],
        },
      ),
      want: 'DatabaseSlowQueries Deployment/postgres',
    },
  ])('$name', check);
});

const MANY = ['orders', 'cart', 'users', 'stock', 'mail'];
const all = (engine: Engine, text: string): Snapshot =>
  world(
    db(engine),
    ...MANY.map((name) => app(name)),
    ...MANY.map((name) => calls(`${name}>${engine}`)),
    ...MANY.map((name) => says(name, text)),
  );

describe('what many clients of one database say is about the database', () => {
  test.each<Case>([
    {
      name: 'its password was changed',
      seen: all('postgres', 'FATAL: password authentication failed for user "shop"'),
      want: 'DatabaseAuthenticationFailed Deployment/postgres',
    },
    {
      name: 'it moved to another port',
      seen: all('redis', 'Could not connect to Redis at redis:6379'),
      want: 'DatabaseUnreachable Deployment/redis',
    },
  ])('$name', check);
});

describe('a database that is down is its own cause', () => {
  const refused = says('orders', 'Communications link failure');
  const client = app('orders', { container: { env: { DB_HOST: 'mysql', DB_PORT: '3306' } } });
  const pull = 'manifest for mysql:99 not found: manifest unknown';
  test.each<Case>([
    {
      name: 'killed for its memory',
      seen: world(
        db('mysql', {
          ready: false,
          container: {
            image: 'mysql:8',
            state: waiting('CrashLoopBackOff'),
            restarts: 4,
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', message: '', finishedAt: ago(1) } },
          },
        }),
        client,
        refused,
      ),
      want: 'ContainerOutOfMemory Deployment/mysql',
    },
    {
      name: 'crashing',
      seen: world(db('mysql', crashing('InnoDB: corrupt page')), client, refused),
      want: 'ContainerExitsWithError Deployment/mysql',
    },
    {
      name: 'without its image, and with a client that crashes',
      seen: world(
        db('mysql', { ready: false, container: { image: 'mysql:99', state: waiting('ErrImagePull', pull) } }),
        app('orders', crashing('Communications link failure')),
        calls('orders>mysql'),
      ),
      want: 'ImageNotFound Deployment/mysql',
    },
    {
      name: 'behind a Service of the wrong selector',
      seen: world(
        db('mysql', { service: { selector: { app: 'mysq' }, ports: [tcp(3306)], endpoints: { ready: 0, notReady: 0 } } }),
        client,
        refused,
      ),
      want: 'ServiceSelectorMismatch Service/mysql',
    },
  ])('$name', check);
});

describe('nobody is blamed', () => {
  const stamped = (minutes: number, text: string): string => `${new Date(ago(minutes)).toISOString()} ${text}`;
  test.each<Case>([
    {
      name: 'where the client could not connect before it became ready',
      seen: world(
        db('mysql'),
        app('orders', { pod: { createdAt: ago(30), readySince: ago(25) } }),
        says('orders', stamped(28, 'Communications link failure'), stamped(27, 'Communications link failure')),
      ),
      want: undefined,
    },
    {
      name: 'where the trouble was before the window',
      seen: world(db('mysql'), app('orders'), says('orders', stamped(300, 'Too many connections'))),
      want: undefined,
    },
    {
      name: 'where one query was slow',
      seen: world(db('mysql'), {
        errorLines: [
          {
            owner: deployment('mysql'),
            lines: [{ text: '# Query_time: 1.31  Lock_time: 0.0', count: 1 }],
            evidence: 'errors/Deployment/shop/mysql',
          },
        ],
      }),
      want: undefined,
    },
    {
      name: 'where the name of an error is only spoken of',
      seen: world(
        db('mysql'),
        app('orders'),
        says('orders', 'registered handler for connection errors', 'read-only replica added: mysql-2'),
      ),
      want: undefined,
    },
    {
      name: 'where something else than a database refuses',
      seen: world(db('mysql'), app('orders'), says('orders', 'GET http://users:8080/ failed: connection refused')),
      want: undefined,
    },
  ])('$name', check);
});

test('where the network is said to be cut, the address of the client is not what is wrong', () => {
  const seen = world(
    db('redis'),
    app('cart', { container: { env: { REDIS_ADDR: 'redis:6379' } } }),
    says('cart', 'dial tcp 10.96.7.7:6379: i/o timeout'),
    {
      services: [service('spare', { selector: {} })],
    },
  );
  expect(named(seen)).toBe('DatabaseUnreachable Deployment/cart');
});

test('events of a pod that is well do not make it a cause', () => {
  expect(
    named(
      world(db('redis', { container: { state: running(100) } }), {
        events: [event('Unhealthy', 'Readiness probe failed: dial', { name: 'redis-1' })],
      }),
    ),
  ).toBeUndefined();
});

test('of what a client says, the line with the meaning is quoted, without its times', () => {
  const seen = world(
    db('mysql'),
    app('orders'),
    says(
      'orders',
      '2026-03-13T21:26:41.546420344+08:00 2026-03-13 21:26:41.546 WARN o.h.SqlExceptionHelper : SQL Error: 1290, SQLState: HY000',
      '2026-03-13T21:26:41.546490344+08:00 2026-03-13 21:26:41.546 ERROR o.h.SqlExceptionHelper : The MySQL server is running with the --read-only option so it cannot execute this statement',
    ),
  );
  expect(diagnose(seen).candidates[0]?.statement).toContain(
    ': “ERROR o.h.SqlExceptionHelper : The MySQL server is running with the --read-only option so it cannot execute this statement”',
  );
});

describe('where what is called is down, whatever image it runs', () => {
  const line = 'ERROR query orders: dial tcp: connect to db:5432: connection refused';
  const ports = [{ port: 5432, protocol: 'TCP' }];
  const store = (more: AppOptions) => app('db', { service: { ports: [tcp(5432)] }, ...more, container: { ports, ...more.container } });
  const client = app('orders', { container: { env: { DB_ADDR: 'db:5432' } } });

  test('its own trouble is the cause', () => {
    expect(named(world(store(crashing('FATAL: unknown setting max_conections: exit')), client, says('orders', line)))).toMatch(
      / Deployment\/db$/u,
    );
  });

  test('even in the moment in which it is ready, before it crashes again', () => {
    const again = crashing('FATAL: unknown setting max_conections: exit');
    const moment = { ...again, ready: true, container: { ...again.container, state: running(0), ready: true } };
    expect(named(world(store(moment), client, says('orders', line)))).toMatch(/ Deployment\/db$/u);
  });

  test('and where it is up, the address that the client is told', () => {
    expect(named(world(store({}), client, says('orders', line)))).toBe('DatabaseUnreachable Deployment/orders');
  });
});
