import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../../../src/analysis/logTemplates/message.ts';

const ESC = String.fromCharCode(0x1b);

describe('messageOf', () => {
  test.each<readonly [layout: string, line: string, message: string]>([
    ['plain text', 'connection refused', 'connection refused'],
    ['a sentence that begins with a level', 'error: no such file', 'error: no such file'],
    ['a sentence that begins with a number', '3 pods are not ready', '3 pods are not ready'],
    ['a sentence with a pair in it', 'retrying after=3s', 'retrying after=3s'],
    [
      'an access log, which begins with an address',
      '10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 12',
      '10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 12',
    ],
    ['klog', 'E0102 15:04:05.678901       1 reflector.go:138] Failed to watch *v1.Pod: forbidden', 'Failed to watch *v1.Pod: forbidden'],
    ['klog, structured', 'I0102 15:04:05.678901   12345 pod.go:12] "Pod started" pod="a/b"', '"Pod started" pod="a/b"'],
    ['Go, standard library', '2026/01/02 15:04:05 listening on :8080', 'listening on :8080'],
    [
      'zap, console',
      '2026-01-02T15:04:05.000Z\tERROR\tsetup\tcmd/main.go:81\tunable to start manager\t{"error": "x"}',
      'unable to start manager\t{"error": "x"}',
    ],
    [
      'zap, JSON',
      '{"level":"error","ts":1767366245.1,"msg":"cannot connect","error":"dial tcp: timeout"}',
      'cannot connect: dial tcp: timeout',
    ],
    [
      'slog, text',
      'time=2026-01-02T15:04:05.000Z level=ERROR msg="cannot connect" err="dial tcp: timeout"',
      'cannot connect: dial tcp: timeout',
    ],
    ['logfmt with the message unquoted', 'ts=2026-01-02T15:04:05Z level=info msg=started', 'started'],
    ['logfmt without a message', 'level=info caller=main.go:3', 'level=info caller=main.go:3'],
    [
      'pino',
      '{"level":50,"time":1767366245000,"pid":1,"msg":"request failed","err":{"type":"Error","message":"timeout"}}',
      'request failed: timeout',
    ],
    ['an error that the message says already', '{"message":"failed: timeout","error":"timeout"}', 'failed: timeout'],
    ['JSON with nothing but an error', '{"error":"out of tea"}', 'out of tea'],
    [
      'MongoDB',
      '{"t":{"$date":"2026-01-02T15:04:05.000+00:00"},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"Connection accepted","attr":{"remote":"10.0.0.1:1"}}',
      'Connection accepted',
    ],
    ["Docker's own JSON", '{"log":"hello\\n","stream":"stdout","time":"2026-01-02T15:04:05Z"}', 'hello'],
    ['JSON that was cut off', '{"level":"error","msg":"cannot open \\"a\\"","stack":"at foo', 'cannot open \\"a\\"'],
    ['JSON without a message', '{"a":1}', '{"a":1}'],
    ['what is no JSON after all', '{not json', '{not json'],
    [
      'Spring',
      '2026-01-02 15:04:05.678  INFO 1 --- [           main] c.e.shop.Application : Started Application in 3.2 seconds',
      'Started Application in 3.2 seconds',
    ],
    [
      'Spring of today',
      '2026-01-02T15:04:05.678Z ERROR 1 --- [shop] [nio-8080-exec-1] o.a.c.c.C.[dispatcherServlet] : Servlet failed',
      'Servlet failed',
    ],
    ['logback', '15:04:05.678 [main] WARN  com.example.Shop - no stock left', 'no stock left'],
    ['log4j with the logger at the end', '2026-01-02 15:04:05,678 INFO [main] org.example.Master: Created master', 'Created master'],
    ['Python', '2026-01-02 15:04:05,678 - shop.orders - ERROR - order 17 failed', 'order 17 failed'],
    ['Python, basicConfig', 'ERROR:shop.orders:order 17 failed', 'order 17 failed'],
    ['gunicorn', '[2026-01-02 15:04:05 +0000] [7] [INFO] Booting worker with pid: 7', 'Booting worker with pid: 7'],
    [
      'nginx',
      '2026/01/02 15:04:05 [error] 31#31: *1 connect() failed (111: Connection refused)',
      '*1 connect() failed (111: Connection refused)',
    ],
    [
      'PostgreSQL',
      '2026-01-02 15:04:05.678 UTC [27] FATAL:  password authentication failed for user "shop"',
      'password authentication failed for user "shop"',
    ],
    ['Redis', '1:M 02 Jan 2026 15:04:05.678 * Ready to accept connections', 'Ready to accept connections'],
    ['syslog, RFC 3164', '<34>Oct 11 22:14:15 host su[123]: session opened for user root', 'session opened for user root'],
    ['syslog, RFC 5424', '<34>1 2026-10-11T22:14:15.003Z host app 1234 ID47 [x@1 a="b"] session opened', 'session opened'],
    ['a level in capitals and nothing else', 'WARN no stock left', 'no stock left'],
    ['a level in brackets', '[error] no stock left', 'no stock left'],
    ['what the kubelet writes before', '2026-01-02T15:04:05.678901234Z stderr F {"msg":"hello"}', 'hello'],
    ['time and JSON', '2026-01-02T15:04:05.678901234Z {"message":"hello"}', 'hello'],
    ['colours', `${ESC}[31mERROR${ESC}[0m no stock left`, 'no stock left'],
    ['a header with nothing behind', '2026-01-02T15:04:05Z INFO', '2026-01-02T15:04:05Z INFO'],
    ['nothing', '', ''],
  ])('%s', (_layout, line, message) => {
    expect(messageOf(line)).toBe(message);
  });

  test('never throws, and is never empty for what is not', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('{"msg":"', '2026-01-02 ', '[', ' - ', 'ERROR', 'a="', '\\', `${ESC}[`, ' : ', '1:M '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const line = pieces.join('');
        expect(messageOf(line) === '').toBe(
          line.replaceAll(new RegExp(String.raw`${ESC}\[[0-9;?]{0,20}[ -/]{0,5}[@-~]`, 'gu'), '').trim() === '',
        );
      }),
    );
  });
});
