import { describe, expect, test } from 'vitest';
import { readLine } from '../../../../src/tools/logs/readLine.ts';

const now = Date.parse('2026-02-01T00:00:00Z');

describe('a line', () => {
  test.each([
    ['JSON', '{"level":"error","ts":1769853600.5,"msg":"boom","err":"x"}', 'JSON', '2026-01-31T10:00:00.500Z', 'error', 'boom: x'],
    ['JSON of pino', '{"level":50,"time":1769853600500,"msg":"boom"}', 'JSON', '2026-01-31T10:00:00.500Z', 'error', 'boom'],
    [
      'Docker’s JSON',
      '{"log":"ERROR boom\\n","stream":"stderr","time":"2026-01-31T10:00:00Z"}',
      'time and level',
      '2026-01-31T10:00:00.000Z',
      'error',
      'boom',
    ],
    [
      'logfmt',
      'time="2026-01-31T10:00:00Z" level=warning msg="slow answer"',
      'logfmt',
      '2026-01-31T10:00:00.000Z',
      'warning',
      'slow answer',
    ],
    ['klog', 'E0131 10:00:00.000500       1 main.go:12] boom', 'klog', '2026-01-31T10:00:00.000Z', 'error', 'boom'],
    ['syslog', 'Jan 31 10:00:00 node-1 cart[12]: boom', 'syslog', '2026-01-31T10:00:00.000Z', undefined, 'boom'],
    [
      'an access log',
      '10.0.0.1 - - [31/Jan/2026:10:00:00 +0100] "GET /a?b=c HTTP/1.1" 502 12 "-" "x"',
      'access log',
      '2026-01-31T09:00:00.000Z',
      'error',
      '5xx answered to /a',
    ],
    ['log4j', '2026-01-31 10:00:00,250 WARN [main] c.s.Cart - slow', 'time and level', '2026-01-31T10:00:00.250Z', 'warning', 'slow'],
    ['the kubelet', '2026-01-31T10:00:00.000000001Z stderr F ERROR boom', 'time and level', '2026-01-31T10:00:00.000Z', 'error', 'boom'],
    [
      'kubectl with prefixes',
      '[pod/cart-1/app] 2026-01-31T10:00:00Z ERROR boom',
      'time and level',
      '2026-01-31T10:00:00.000Z',
      'error',
      'boom',
    ],
    ['PostgreSQL', '2026-01-31 10:00:00.100 UTC [12] FATAL:  boom', 'time and level', '2026-01-31T10:00:00.100Z', 'fatal', 'boom'],
    ['a time of day', '10:00:00.123 [main] ERROR c.s.Pay - boom', 'time and level', '2026-01-31T10:00:00.123Z', 'error', 'boom'],
    ['a year that is over', 'Dec 31 23:00:00 node-1 cart[12]: boom', 'syslog', '2025-12-31T23:00:00.000Z', undefined, 'boom'],
    ['no format', 'boom', 'plain text', undefined, undefined, 'boom'],
  ])('of %s', (...[, line, format, at, level, message]) => {
    const read = readLine(line, now);
    expect({ ...read, at: read.at === undefined ? undefined : new Date(read.at).toISOString() }).toMatchObject({
      format,
      level,
      message,
      at,
    });
  });

  test.each([
    '\tat com.shop.Cart.add(Cart.java:1)',
    'Caused by: java.io.IOException: x',
    '  File "/app/a.py", line 1, in b',
    'goroutine 12 [running]:',
    'main.main()',
    '... 12 more',
  ])('goes on with %j', (line) => {
    expect(readLine(line, now).format).toBe('continuation');
  });

  test.each(['  2026-01-31T10:00:00Z INFO indented by who pasted it', ' {"msg":"x"}', 'shutdown(): failed'])(
    'begins anew with %j',
    (line) => {
      expect(readLine(line, now).format).not.toBe('continuation');
    },
  );
});
