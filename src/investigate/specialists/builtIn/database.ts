/** Databases and those who call them. YAML, as a team would write it. */
export const database = String.raw`
name: database
description: Connection pools, slow queries, authentication, replication; PostgreSQL, MySQL, MongoDB, Redis.
handles:
  alerts:
    - name: "*Postgres*"
    - name: "*Postgresql*"
    - name: "*MySQL*"
    - name: "*Mysql*"
    - name: "*Mongo*"
    - name: "*Redis*"
    - name: "*Database*"
    - name: "*Replication*"
    - name: "*SlowQuer*"
    - name: "*ConnectionPool*"
  reasons:
    - Database*
  keywords: [database, sql, postgres, postgresql, mysql, mariadb, mongodb, mongo, redis, query, slow query, connection pool, too many connections, deadlock, replica lag, replication, transaction]
evidence:
  - name: postgresConnectionShare
    source: metrics
    query: max(sum by (instance) (pg_stat_database_numbackends{namespace="{{namespace}}"}) / on (instance) pg_settings_max_connections{namespace="{{namespace}}"})
    description: Share of PostgreSQL's connections that are taken, 0 to 1.
  - name: mysqlConnectionShare
    source: metrics
    query: max(mysql_global_status_threads_connected{namespace="{{namespace}}"} / mysql_global_variables_max_connections{namespace="{{namespace}}"})
    description: Share of MySQL's connections that are taken, 0 to 1.
  - name: mongodbConnectionShare
    source: metrics
    query: max(sum by (instance) (mongodb_ss_connections{conn_type="current", namespace="{{namespace}}"}) / (sum by (instance) (mongodb_ss_connections{conn_type="current", namespace="{{namespace}}"}) + sum by (instance) (mongodb_ss_connections{conn_type="available", namespace="{{namespace}}"})))
    description: Share of MongoDB's connections that are taken, 0 to 1.
  - name: redisMemoryShare
    source: metrics
    query: max(redis_memory_used_bytes{namespace="{{namespace}}"} / (redis_memory_max_bytes{namespace="{{namespace}}"} > 0))
    description: Share of its memory limit that Redis uses, 0 to 1.
  - name: replicationLagSeconds
    source: metrics
    query: max(pg_replication_lag_seconds{namespace="{{namespace}}"}) or max(mysql_slave_status_seconds_behind_master{namespace="{{namespace}}"})
    description: How far the slowest replica is behind, in seconds.
  - name: poolWaiting
    source: metrics
    query: sum(hikaricp_connections_pending{namespace="{{namespace}}"}) or sum(go_sql_wait_count_total{namespace="{{namespace}}"})
    description: Callers that wait for a connection of their own pool.
  - name: databaseErrors
    source: logs
    query: sum(count_over_time({namespace="{{namespace}}"} |~ "too many connections|too many clients|remaining connection slots|pool exhausted|authentication failed|deadlock|lock wait timeout|not primary|READONLY" [15m]))
    description: Log lines of the namespace in 15 minutes in which a database refuses.
rules:
  - name: connections-taken
    when: has(evidence.metrics.postgresConnectionShare) && evidence.metrics.postgresConnectionShare > 0.9 || has(evidence.metrics.mysqlConnectionShare) && evidence.metrics.mysqlConnectionShare > 0.9 || has(evidence.metrics.mongodbConnectionShare) && evidence.metrics.mongodbConnectionShare > 0.9
    severity: critical
    message: More than nine tenths of the connections of a database in {{namespace}} are taken.
    advice: Count the connections by client; give the greediest a smaller pool before you give the database more connections.
    weighs:
      - reasons: [DatabaseConnections*]
        points: 10
  - name: pool-waits
    when: evidence.metrics.poolWaiting > 0.0 && evidence.logTemplates.exists(t, t.template.contains("pool") || t.template.contains("imeout"))
    cites: evidence.logTemplates.filter(t, t.template.contains("pool") || t.template.contains("imeout")).map(t, t.key)
    severity: warning
    message: Callers in {{namespace}} wait for a connection of their own pool.
    advice: Look for queries or transactions that hold a connection for long before you enlarge the pool.
    weighs:
      - reasons: [DatabasePool*, DatabaseSlow*]
        points: 6
  - name: replica-behind
    when: evidence.metrics.replicationLagSeconds > 60.0
    severity: warning
    message: A replica in {{namespace}} is {{metrics.replicationLagSeconds}} seconds behind.
    advice: Look at what the primary writes and at the replica's disk; keep reads that must be fresh on the primary.
    weighs:
      - reasons: [DatabaseReplication*]
        points: 8
  - name: redis-full
    when: evidence.metrics.redisMemoryShare > 0.95
    severity: warning
    message: Redis in {{namespace}} uses {{metrics.redisMemoryShare}} of its memory limit.
    advice: Look at its eviction policy and its largest keys.
prompt: |
  You look for a cause in a database or in how it is used. Tell four things apart: the database refuses (connections, authentication, read-only),
  the caller's own pool is empty, the database is slow (locks, missing index, disk), and the database cannot be reached. Name the query, the lock or
  the client where the evidence names it. A pool is mostly empty because something holds connections: look for what became slow first.
advice:
  - Compare the number of connections with pool size times replicas of every client.
`;
