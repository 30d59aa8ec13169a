/** Logs as programs write them when something is wrong, each with what an on-call engineer would say of it; and of healthy ones. */
import type { FamilyName } from '../../../../src/tools/logs/families/family.ts';

export interface LogCase {
  readonly name: string;
  readonly log: string;
  readonly cause: FamilyName;
  /** What the statement names. */
  readonly about?: string;
}

export const CASES: readonly LogCase[] = [
  {
    name: 'a JVM that runs out of heap, and is asked nothing more',
    cause: 'OutOfMemory',
    log: `2026-01-31 10:00:01.120  INFO 1 --- [main] c.s.Cart : Started Cart in 4.1 seconds
2026-01-31 10:14:22.004  WARN 1 --- [http-nio-8080-exec-3] c.s.Cart : request took 4003 ms
2026-01-31 10:14:29.870 ERROR 1 --- [http-nio-8080-exec-7] o.a.c.c.C.[.[.[/] : Servlet.service() threw exception
java.lang.OutOfMemoryError: Java heap space
	at com.shop.cart.Basket.copy(Basket.java:88)
	at com.shop.cart.CartService.load(CartService.java:41)
2026-01-31 10:14:30.100 ERROR 1 --- [http-nio-8080-exec-9] c.s.Cart : java.lang.OutOfMemoryError: GC overhead limit exceeded
2026-01-31 10:14:40.000 ERROR 1 --- [kubelet] probe : Readiness probe failed: HTTP probe failed with statuscode: 503`,
  },
  {
    name: 'a kernel that kills for memory',
    cause: 'OutOfMemory',
    log: `Jan 31 10:02:11 node-3 kernel: [81923.1] cart invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0
Jan 31 10:02:11 node-3 kernel: [81923.4] Memory cgroup out of memory: Killed process 4127 (cart) total-vm:1843200kB
Jan 31 10:02:12 node-3 kubelet[912]: Back-off restarting failed container cart in pod cart-6d5f`,
  },
  {
    name: 'a Node.js process at its heap limit',
    cause: 'OutOfMemory',
    log: `server listening on 3000
<--- Last few GCs --->
FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
npm ERR! exit status 134`,
  },
  {
    name: 'a PostgreSQL whose disk is full, and its callers',
    cause: 'DiskFull',
    log: `2026-01-31 03:10:02.101 UTC [71] LOG:  checkpoint starting: time
2026-01-31 03:10:05.200 UTC [71] ERROR:  could not extend file "base/16384/2619": No space left on device
2026-01-31 03:10:05.200 UTC [71] HINT:  Check free disk space.
2026-01-31 03:10:09.310 UTC [88] PANIC:  could not write to file "pg_wal/xlogtemp.88": No space left on device
2026-01-31 03:10:11.000 UTC [1] LOG:  server process (PID 88) was terminated by signal 6: Aborted
2026-01-31 03:10:14.000 UTC [99] FATAL:  the database system is in recovery mode`,
  },
  {
    name: 'a server that leaks descriptors',
    cause: 'TooManyOpenFiles',
    log: `2026/01/31 10:00:00 http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 1s
2026/01/31 10:00:01 http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 1s
2026/01/31 10:00:03 dial tcp: lookup db.shop.svc: too many open files
2026/01/31 10:00:04 readiness probe failed: connection refused`,
  },
  {
    name: 'a file system that went read-only',
    cause: 'StorageFault',
    log: `Jan 31 11:00:01 node-1 kernel: EXT4-fs error (device sdb): ext4_journal_check_start:84: Detected aborted journal
Jan 31 11:00:01 node-1 kernel: EXT4-fs (sdb): Remounting filesystem read-only
Jan 31 11:00:03 node-1 redis[220]: Failed opening the RDB file dump.rdb for saving: Read-only file system
Jan 31 11:00:04 node-1 redis[220]: Background saving error`,
  },
  {
    name: 'a name that no longer resolves',
    cause: 'DnsFailure',
    about: 'orders-db.shop.svc.cluster.local',
    log: `{"level":"info","time":"2026-01-31T10:00:00Z","msg":"started"}
{"level":"error","time":"2026-01-31T10:05:00Z","msg":"query failed","err":"dial tcp: lookup orders-db.shop.svc.cluster.local on 10.96.0.10:53: no such host"}
{"level":"error","time":"2026-01-31T10:05:01Z","msg":"query failed","err":"dial tcp: lookup orders-db.shop.svc.cluster.local on 10.96.0.10:53: no such host"}
{"level":"error","time":"2026-01-31T10:05:02Z","msg":"request failed","status":500}
{"level":"warn","time":"2026-01-31T10:05:09Z","msg":"circuit breaker orders is now open"}`,
  },
  {
    name: 'Node.js that cannot resolve for now',
    cause: 'DnsFailure',
    log: `Error: getaddrinfo EAI_AGAIN redis-master
    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:107:26)
[ioredis] Unhandled error event: Error: getaddrinfo EAI_AGAIN redis-master
Error: getaddrinfo EAI_AGAIN redis-master`,
  },
  {
    name: 'a certificate that has expired',
    cause: 'CertificateInvalid',
    log: `time="2026-01-31T00:00:07Z" level=error msg="Get \\"https://auth.shop.svc/keys\\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-31T00:00:07Z is after 2026-01-30T23:59:59Z"
time="2026-01-31T00:00:08Z" level=error msg="login failed" error="token signature keys unavailable"
time="2026-01-31T00:00:09Z" level=error msg="answering 503 Service Unavailable"`,
  },
  {
    name: 'a Java client without the authority of its server',
    cause: 'CertificateInvalid',
    log: `10:00:00.123 [main] ERROR c.s.Pay - call failed
javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target
	at java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)
10:00:01.123 [main] ERROR c.s.Pay - call failed: PKIX path building failed`,
  },
  {
    name: 'plain HTTP on a port of TLS',
    cause: 'TlsFailure',
    log: `2026/01/31 10:00:00 http: proxy error: tls: first record does not look like a TLS handshake
2026/01/31 10:00:02 http: proxy error: tls: first record does not look like a TLS handshake
2026/01/31 10:00:03 GET /pay 502 Bad Gateway`,
  },
  {
    name: 'clocks that differ',
    cause: 'ClockSkew',
    log: `WARN  JWT rejected: token used before issued, clock skew of 312s
WARN  JWT rejected: token used before issued, clock skew of 312s
ERROR authentication failed for service orders`,
  },
  {
    name: 'a PostgreSQL without a free slot',
    cause: 'DatabaseConnectionsExhausted',
    log: `2026-01-31 10:00:00 UTC [201] FATAL:  sorry, too many clients already
2026-01-31 10:00:00 UTC [202] FATAL:  remaining connection slots are reserved for non-replication superuser connections
2026-01-31 10:00:04 ERROR HikariPool-1 - Connection is not available, request timed out after 30000ms.
2026-01-31 10:00:05 ERROR request failed with 500 Internal Server Error`,
  },
  {
    name: 'a pool that slow queries hold',
    cause: 'PoolExhausted',
    log: `2026-01-31 10:00:00,100 ERROR sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00
2026-01-31 10:00:01,100 ERROR sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00
2026-01-31 10:00:31,100 ERROR GET /cart 504 Gateway Timeout`,
  },
  {
    name: 'transactions that lock each other out',
    cause: 'Deadlock',
    log: `2026-01-31 10:00:00 ERROR com.mysql.cj.jdbc.exceptions.MySQLTransactionRollbackException: Deadlock found when trying to get lock; try restarting transaction
2026-01-31 10:00:02 ERROR com.mysql.cj.jdbc.exceptions.MySQLTransactionRollbackException: Lock wait timeout exceeded; try restarting transaction
2026-01-31 10:00:03 ERROR order 4711 failed: 500 Internal Server Error`,
  },
  {
    name: 'a release ahead of its migration',
    cause: 'SchemaMismatch',
    log: `[2026-01-31 10:00:00 +0000] [7] [INFO] Booting worker with pid: 7
2026-01-31 10:00:04 UTC [77] ERROR:  column "coupon_id" does not exist at character 42
Traceback (most recent call last):
  File "/app/orders/views.py", line 33, in create
    cur.execute(sql)
psycopg2.errors.UndefinedColumn: column "coupon_id" does not exist
2026-01-31 10:00:05 UTC [78] ERROR:  column "coupon_id" does not exist at character 42`,
  },
  {
    name: 'a primary that is one no more',
    cause: 'DatabaseReadOnly',
    log: `{"t":"2026-01-31T10:00:00.000Z","level":50,"msg":"write failed: NotWritablePrimary: not primary"}
{"t":"2026-01-31T10:00:01.000Z","level":50,"msg":"write failed: NotWritablePrimary: not primary"}
{"t":"2026-01-31T10:00:02.000Z","level":50,"msg":"POST /orders","status":500}`,
  },
  {
    name: 'a password that was rotated on one side',
    cause: 'AuthenticationFailed',
    log: `2026-01-31 10:00:00 UTC [31] FATAL:  password authentication failed for user "orders"
2026-01-31 10:00:01 UTC [32] FATAL:  password authentication failed for user "orders"
ERROR Failed to initialize pool: FATAL: password authentication failed for user "orders"
ERROR Application run failed`,
  },
  {
    name: 'an account without a Role',
    cause: 'PermissionDenied',
    log: `E0131 10:00:00.000001       1 reflector.go:147] Failed to watch *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:shop:cart" cannot list resource "configmaps" in API group "" in the namespace "shop"
E0131 10:00:31.000001       1 reflector.go:147] Failed to watch *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:shop:cart" cannot list resource "configmaps" in API group "" in the namespace "shop"
F0131 10:01:00.000001       1 main.go:44] timed out waiting for caches to sync`,
  },
  {
    name: 'a volume of somebody else’s',
    cause: 'PermissionDenied',
    about: '/data/db',
    log: `mkdir: cannot create directory '/data/db': Permission denied
mongod: error: cannot open /data/db/storage.bson: Permission denied
exit status 1`,
  },
  {
    name: 'a second process on the port',
    cause: 'PortInUse',
    log: `Error: listen EADDRINUSE: address already in use :::8080
    at Server.setupListenHandle [as _listen2] (node:net:1817:16)
npm ERR! exit status 1`,
  },
  {
    name: 'an image for another machine',
    cause: 'WrongArchitecture',
    log: `exec /usr/local/bin/cart: exec format error`,
  },
  {
    name: 'a module that the image lacks',
    cause: 'DependencyMissing',
    log: `Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    import stripe
ModuleNotFoundError: No module named 'stripe'`,
  },
  {
    name: 'a variable that is not set',
    cause: 'ConfigurationInvalid',
    about: 'DATABASE_URL',
    log: `2026-01-31T10:00:00.000Z INFO starting cart 1.8.0
2026-01-31T10:00:00.100Z FATAL environment variable DATABASE_URL is required
2026-01-31T10:00:00.101Z INFO shutting down`,
  },
  {
    name: 'an image that is not in the registry',
    cause: 'ImagePullFailed',
    log: `5m Warning Failed pod/cart-7d9 Failed to pull image "registry.local/cart:1.9": rpc error: code = NotFound desc = manifest unknown
5m Warning Failed pod/cart-7d9 Error: ErrImagePull
4m Normal BackOff pod/cart-7d9 Back-off pulling image "registry.local/cart:1.9"`,
  },
  {
    name: 'no room for a pod',
    cause: 'SchedulingFailed',
    log: `Warning  FailedScheduling  pod/cart-0  0/5 nodes are available: 5 Insufficient memory. preemption: 0/5 nodes are available: 5 No preemption victims found`,
  },
  {
    name: 'a volume that another node holds',
    cause: 'VolumeMountFailed',
    log: `Warning FailedAttachVolume pod/db-0 Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node
Warning FailedMount pod/db-0 Unable to attach or mount volumes: unmounted volumes=[data]: timed out waiting for the condition`,
  },
  {
    name: 'a callee that does not listen',
    cause: 'ConnectionRefused',
    about: 'payments:8080',
    log: `2026-01-31T10:00:00Z INFO GET /checkout 200 12ms
2026-01-31T10:04:00Z ERROR call to payments failed: dial tcp payments:8080: connect: connection refused
2026-01-31T10:04:01Z ERROR call to payments failed: dial tcp payments:8080: connect: connection refused
2026-01-31T10:04:03Z WARN circuit breaker payments open
2026-01-31T10:04:04Z ERROR GET /checkout 503 Service Unavailable`,
  },
  {
    name: 'a database that is not there',
    cause: 'DatabaseUnreachable',
    log: `2026-01-31 10:00:00.000 ERROR 1 --- [main] o.h.e.j.s.SqlExceptionHelper : Communications link failure
The last packet sent successfully to the server was 0 milliseconds ago. The driver has not received any packets from the server.
2026-01-31 10:00:30.000 ERROR 1 --- [main] o.h.e.j.s.SqlExceptionHelper : Communications link failure
2026-01-31 10:00:31.000 ERROR 1 --- [main] c.s.Orders : Unhandled exception: 500 Internal Server Error`,
  },
  {
    name: 'a wall between two pods',
    cause: 'NetworkUnreachable',
    about: '10.42.3.7:9092',
    log: `2026-01-31 10:00:00 [error] connect to 10.42.3.7:9092 failed: No route to host
2026-01-31 10:00:05 [error] connect to 10.42.3.7:9092 failed: No route to host
2026-01-31 10:00:09 [warn] giving up after 2 tries`,
  },
  {
    name: 'a callee that is too slow',
    cause: 'Timeout',
    log: `{"severity":"ERROR","timestamp":"2026-01-31T10:00:00Z","message":"rpc error: code = DeadlineExceeded desc = context deadline exceeded"}
{"severity":"ERROR","timestamp":"2026-01-31T10:00:03Z","message":"rpc error: code = DeadlineExceeded desc = context deadline exceeded"}
{"severity":"ERROR","timestamp":"2026-01-31T10:00:09Z","message":"GET /recommendations answered 504 Gateway Timeout"}`,
  },
  {
    name: 'connections that are cut in the middle',
    cause: 'ConnectionReset',
    log: `2026-01-31T10:00:00Z error read tcp 10.0.0.4:51102->10.0.9.1:443: read: connection reset by peer
2026-01-31T10:00:02Z error write tcp 10.0.0.4:51110->10.0.9.1:443: write: broken pipe
2026-01-31T10:00:04Z error unexpected EOF`,
  },
  {
    name: 'a quota of somebody else’s API',
    cause: 'RateLimited',
    log: `ERROR botocore.exceptions.ClientError: An error occurred (ThrottlingException) when calling the PutItem operation: Rate exceeded
ERROR botocore.exceptions.ClientError: An error occurred (ThrottlingException) when calling the PutItem operation: Rate exceeded
ERROR job 12 failed after 5 retries`,
  },
  {
    name: 'a broker that is going',
    cause: 'BrokerTrouble',
    log: `[2026-01-31 10:00:00,000] WARN [Producer clientId=p1] Connection to node -1 (kafka-0/10.0.0.9:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)
[2026-01-31 10:00:01,000] WARN [Producer clientId=p1] Bootstrap broker kafka-0:9092 (id: -1 rack: null) disconnected (org.apache.kafka.clients.NetworkClient)
[2026-01-31 10:01:01,000] ERROR Error sending record: org.apache.kafka.common.errors.TimeoutException: Topic orders not present in metadata after 60000 ms.`,
  },
  {
    name: 'a controller that lost its lease',
    cause: 'LeaderLost',
    log: `E0131 10:00:00.000001       1 leaderelection.go:429] Failed to update lock: etcdserver: request timed out
I0131 10:00:05.000001       1 leaderelection.go:297] failed to renew lease kube-system/my-controller: timed out waiting for the condition
F0131 10:00:05.000002       1 main.go:90] leader election lost`,
  },
  {
    name: 'a nil pointer',
    cause: 'Panic',
    log: `2026/01/31 10:00:00 listening on :8080
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a2f3e]

goroutine 34 [running]:
main.(*Cart).Total(0x0)
	/src/cart/total.go:27 +0x1e
main.handle({0x5f3a80, 0xc000122000}, 0xc000130000)
	/src/cart/main.go:88 +0x44
exit status 2`,
  },
  {
    name: 'messages in a format that nobody expects',
    cause: 'BadData',
    log: `ERROR could not process message: json: cannot unmarshal string into Go struct field Order.amount of type int
ERROR could not process message: json: cannot unmarshal string into Go struct field Order.amount of type int
ERROR moved 2 messages to the dead letter queue`,
  },
  {
    name: 'a file that is not mounted',
    cause: 'FileMissing',
    log: `nginx: [emerg] cannot load certificate "/etc/tls/tls.crt": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory)
nginx: [emerg] open() "/etc/nginx/mime.types" failed (2: No such file or directory)`,
  },
  {
    name: 'a proxy whose upstreams are gone',
    cause: 'ServerErrors',
    log: `10.1.2.3 - - [31/Jan/2026:10:00:00 +0000] "GET /api/cart HTTP/1.1" 200 512 "-" "curl/8"
10.1.2.3 - - [31/Jan/2026:10:00:01 +0000] "GET /api/cart HTTP/1.1" 502 157 "-" "curl/8"
10.1.2.3 - - [31/Jan/2026:10:00:02 +0000] "GET /api/cart HTTP/1.1" 502 157 "-" "curl/8"
10.1.2.3 - - [31/Jan/2026:10:00:02 +0000] "POST /api/cart HTTP/1.1" 503 157 "-" "curl/8"`,
  },
  {
    name: 'an exception of the program',
    cause: 'UncaughtException',
    log: `2026-01-31 10:00:00,000 INFO app: GET /cart
2026-01-31 10:00:01,000 ERROR app: Exception on /cart [GET]
Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/flask/app.py", line 1473, in wsgi_app
    response = self.full_dispatch_request()
  File "/app/cart/views.py", line 57, in cart
    return render(items[0].price)
IndexError: list index out of range
2026-01-31 10:00:02,000 ERROR app: Exception on /cart [GET]
Traceback (most recent call last):
  File "/app/cart/views.py", line 57, in cart
    return render(items[0].price)
IndexError: list index out of range`,
  },
];

const repeated = (lines: readonly string[], times: number): string =>
  Array.from({ length: times }, (_, round) =>
    lines.map((line) => line.replaceAll('SS', String(round % 60).padStart(2, '0')).replaceAll('NN', String(round))).join('\n'),
  ).join('\n');

/** Words of failure stand in all of them. */
export const HEALTHY: readonly { readonly name: string; readonly log: string }[] = [
  {
    name: 'a web server that serves',
    log: repeated(
      [
        '10.1.2.3 - - [31/Jan/2026:10:00:SS +0000] "GET /api/errors?since=NN HTTP/1.1" 200 512 "-" "curl/8"',
        '10.1.2.4 - - [31/Jan/2026:10:00:SS +0000] "GET /favicon.ico HTTP/1.1" 404 153 "-" "curl/8"',
      ],
      60,
    ),
  },
  {
    name: 'a service that says how it is set',
    log: `2026-01-31T10:00:00Z INFO starting with timeout=30s retries=3 failure_threshold=5
2026-01-31T10:00:00Z INFO connection pool created (max 20, timeout 5s)
2026-01-31T10:00:00Z INFO rate limit set to 100/s, circuit breaker enabled
2026-01-31T10:00:00Z INFO loaded error pages from /etc/errors
2026-01-31T10:00:01Z INFO listening on :8080`,
  },
  {
    name: 'jobs that end well',
    log: repeated(
      [
        '{"level":"info","time":"2026-01-31T10:00:SSZ","msg":"batch NN done","errors":0,"failed":0}',
        'I0131 10:00:SS.000000       1 sync.go:12] synced NN objects, 0 errors',
      ],
      40,
    ),
  },
  {
    name: 'a program in debug that tries what may fail',
    log: repeated(
      [
        '2026-01-31 10:00:SS DEBUG cache miss, error=nil',
        '2026-01-31 10:00:SS DEBUG retry NN not needed: connection refused did not happen',
      ],
      20,
    ),
  },
  {
    name: 'one that recovered without an error',
    log: `2026-01-31T10:00:00Z INFO reconnected to broker after restart
2026-01-31T10:00:01Z INFO health check succeeded
2026-01-31T10:00:02Z INFO migration finished without errors`,
  },
];
