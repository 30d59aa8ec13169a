import { describe, expect, test } from 'vitest';
import { createTemplateMiner } from '../../../../src/analysis/logTemplates/miner.ts';

/** Of a miner that has seen nothing else: what the form of the line alone gives away. */
function templateOf(line: string): string | undefined {
  const miner = createTemplateMiner();
  miner.add(line);
  return miner.templates()[0]?.template;
}

describe('the form of a value gives away its type', () => {
  test.each<readonly [line: string, template: string]>([
    ['read 17 of 1,234 at -3.5 or 99%', 'read <num> of <num> at <num> or <num>'],
    ['version 1.2.3 and v1.2.3', 'version <version> and <id>'],
    ['10.0.0.1 to 10.0.0.1:80 via 10.0.0.0/8 of /10.0.0.1:80', '<ip> to <ip> via <ip> of <ip>'],
    ['from fe80::1ff:fecd:467f to 2607:f140:6000:8:c6b3:1ff:fecd:467f', 'from <ip> to <ip>'],
    ['at 0c:68:03:d6:c5:1c', 'at <mac>'],
    ['request 123e4567-e89b-12d3-a456-426614174000', 'request <uuid>'],
    ['at 0x7f9951214ca0 of d0c2bd6', 'at <hex> of <hex>'],
    ['a facade is no number', 'a facade is no number'],
    ['open /var/log/x.log: no such file', 'open <path>: no such file'],
    ['C:\\Windows\\x.dll loaded', '<path> loaded'],
    ['read and/or write', 'read and/or write'],
    ['GET /cart?id=17&x=y HTTP/1.1', 'GET <path> HTTP/<num>'],
    ['see https://example.com/a?b=c, then stop', 'see <url>, then stop'],
    ['mail to jane.doe@example.com bounced', 'mail to <email> bounced'],
    ['dial cart.shop.svc:8080 or www.example.com', 'dial <host> or <host>'],
    ['main.go:17 panics', 'main.go:<num> panics'],
    ['org.example.Shop failed', 'org.example.Shop failed'],
    ['took 12 ms or 3.5s or 1h2m or <1 sec', 'took <duration> or <duration> or <duration> or <duration>'],
    ['took 12 ms, 3.5s, 1h2m', 'took <duration>'],
    ['used 200Mi of 2 GB', 'used <size> of <size>'],
    ['sent 1234 bytes (1.20 KB) to all', 'sent <size> to all'],
    ['at 2026-01-02T15:04:05.678Z', 'at <timestamp>'],
    ['at 2026-01-02 15:04:05,678', 'at <timestamp>'],
    ['at Wed Jul 27 10:59:53 2026', 'at <timestamp>'],
    ['since Jul 27 10:59:53 UTC', 'since <timestamp>'],
    ['node-17 of ipv6', 'node-<num> of ipv<num>'],
    ['block blk_-1608999687919862906', 'block blk_<num>'],
    ['task attempt_14_0020_m_01_0', 'task <id>'],
    ['com.example.Thing@8a2a501', '<id>'],
    ['ready: true, owner: null', 'ready: <bool>, owner: <bool>'],
    ['from 10.0.0.1 () at noon', 'from <ip> (<empty>) at noon'],
    ['init() done', 'init() done'],
    ["can't say 'no'", "can't say 'no'"],
    ['user= uid=0 tty=ssh', 'user=<empty> uid=<num> tty=<value>'],
    ['tag="two words" name=a.b/c{d}', 'tag=<str> name=<value>'],
    ['status=failed reason=quota', 'status=failed reason=quota'],
    ['ids [1, 2, 3, 4]', 'ids [<num>]'],
    ['channels 1 2 3 4 5', 'channels <num>'],
    ['nodes an1 an2 an3 are down', 'nodes <list> are down'],
    ['***** done *****', '* done *'],
    [`${String.fromCharCode(0x1b)}[31mred${String.fromCharCode(0x1b)}[0m alert`, 'red alert'],
    ['a\u0000b\u0007c', 'a b c'],
    ['', ''],
  ])('%s', (line, template) => {
    expect(templateOf(line)).toBe(template);
  });
});
