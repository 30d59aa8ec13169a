import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTemplateMiner, type TemplateMiner } from '../../../../src/analysis/logTemplates/miner.ts';
import { hashWithoutDigits } from '../../../../src/analysis/logTemplates/recent.ts';

function minerOf(lines: readonly string[]): TemplateMiner {
  const miner = createTemplateMiner();
  for (const line of lines) miner.add(line);
  return miner;
}

const templatesOf = (lines: readonly string[]): readonly string[] =>
  minerOf(lines)
    .templates()
    .map(({ template }) => template)
    .toSorted();

describe('what becomes one template', () => {
  test.each<readonly [what: string, lines: readonly string[], template: string]>([
    ['lines that differ in values', ['read 17 bytes from 10.0.0.1', 'read 1 bytes from 10.0.0.2'], 'read <size> from <ip>'],
    ['values of different types', ['iar 0x17 dear 9', 'iar 12 dear 0x9'], 'iar <*> dear <*>'],
    ['a value and a word in its place', ['failed none for user 17', 'failed none for user admin'], 'failed none for user <*>'],
    [
      'a value and a phrase in its place',
      ['synchronized to 10.0.0.1, stratum 2', 'synchronized to LOCAL(0), stratum 10'],
      'synchronized to <*>, stratum <num>',
    ],
    [
      'names after a noun that is followed by names, from two on',
      ['session closed for user root', 'session closed for user news'],
      'session closed for user <*>',
    ],
    [
      'names with a number in them that varies',
      ['boot of node-a1 done', 'boot of node-a2 done', 'boot of node-b1 done', 'boot of node-b2 done'],
      'boot of <*> done',
    ],
    [
      'five different words in one place',
      ['apple', 'pear', 'plum', 'fig', 'kiwi'].map((fruit) => `the shop has sold ${fruit} to somebody`),
      'the shop has sold <*> to somebody',
    ],
    [
      'words in two places, each with enough of them',
      ['ann', 'ben', 'cid', 'dan', 'eve'].flatMap((who) =>
        ['apple', 'pear', 'plum', 'fig', 'kiwi'].map((fruit) => `today ${who} has bought ${fruit} at noon`),
      ),
      'today <*> has bought <*> at noon',
    ],
    ['lists of any length', ['ids 1, 2', 'ids 1, 2, 3, 4', 'ids 7'], 'ids <num>'],
    [
      'what stands after a key',
      ['lock tag="a b" name=x.y ws=Source{1}', 'lock tag="c" name=z ws=null'],
      'lock tag=<str> name=<value> ws=<*>',
    ],
    [
      'a host with a name and without',
      ['connection from 10.0.0.1 ()', 'connection from 10.0.0.1 (a.example.com)'],
      'connection from <ip> (<*>)',
    ],
  ])('%s', (_what, lines, template) => {
    expect(templatesOf(lines)).toEqual([template]);
  });
});

/** A word for each number. */
const wordOf = (n: number): string => String(n).replaceAll(/\d/gu, (digit) => 'abcdefghij'.charAt(Number(digit)));

test('words that never come again, in two places at once, make a few templates before they are one, and no more after', () => {
  const lines = Array.from({ length: 500 }, (_, n) => `the shop ${wordOf(n + 1000)} has sold ${wordOf(n + 5000)} to somebody`);
  const [most, ...others] = minerOf(lines).templates();
  expect(most?.template).toBe('the shop <*> has sold <*> to somebody');
  expect(others.length).toBeLessThan(15);
});

describe('what stays apart', () => {
  test.each<readonly [what: string, lines: readonly string[]]>([
    [
      'the handful of states that a program has',
      ['instance 1: VM started', 'instance 1: VM paused', 'instance 1: VM resumed', 'instance 1: VM stopped'],
    ],
    ['what happened, when it stands after a key', ['sync app=<a> status=failed', 'sync app=<a> status=ok']],
    ['names whose number is part of the name', ['link up on en0 now', 'link up on awdl0 now']],
    ['other causes of the same failure', ['cannot open file: no such file', 'cannot open file: permission denied']],
    [
      'what is done, at the beginning of a line',
      ['Adding 7 pods', 'Removing 7 pods', 'Updating 7 pods', 'Checking 7 pods', 'Deleting 7 pods', 'Stopping 7 pods'],
    ],
    [
      'lines of one word',
      ['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING', 'WAITING', 'STOPPED', 'STARTED', 'FAILED', 'DONE', 'IDLE', 'BUSY'],
    ],
    ['other exceptions', ['java.net.NoRouteToHostException: no route', 'java.net.ConnectException: no route']],
  ])('%s', (_what, lines) => {
    expect(templatesOf(lines)).toHaveLength(lines.length);
  });
});

describe('a line that resembles a known one', () => {
  test('is not taken for it when their hashes happen to be equal', () => {
    expect(hashWithoutDigits('kgyomvk')).toBe(hashWithoutDigits('wlhknmm'));
    expect(templatesOf(['kgyomvk', 'wlhknmm'])).toEqual(['kgyomvk', 'wlhknmm']);
  });

  test('is looked at anew when it differs in the zero that makes a number hexadecimal', () => {
    expect(templatesOf(['at 0x1f of all', 'at 1x1f of all'])).toEqual(['at <*> of all']);
    expect(templatesOf(['at 0x1f of all', 'at 0x2f of all'])).toEqual(['at <hex> of all']);
  });
});

describe('a template', () => {
  test('has its count, and its first and last line', () => {
    const [first] = minerOf(['got 1', 'got 2', 'got 3', 'lost all']).templates();
    expect(first).toMatchObject({ template: 'got <num>', count: 3, firstSample: 'got 1', lastSample: 'got 3' });
  });

  test('keeps what was counted for the ones that became part of it', () => {
    const miner = createTemplateMiner();
    const early = miner.add('session closed for user root');
    miner.add('session closed for user root');
    const late = miner.add('session closed for user news');
    expect(early).not.toBe(late);
    expect(miner.resolve(early)).toBe(late);
    expect(miner.templates()).toEqual([
      {
        id: late,
        template: 'session closed for user <*>',
        count: 3,
        firstSample: 'session closed for user root',
        lastSample: 'session closed for user news',
      },
    ]);
  });

  test('has a sample of bounded length', () => {
    const [template] = minerOf([`x ${'y'.repeat(5000)}`]).templates();
    expect(template?.firstSample).toHaveLength(400);
    expect(template?.lastSample).toHaveLength(400);
  });

  test('keeps its id when it was used long ago, as long as there is room', () => {
    const miner = createTemplateMiner();
    const id = miner.add('connection refused');
    for (let n = 0; n < 500; n++) miner.add(`other ${'abcdefghij'[n % 10]}${'klmnopqrst'[Math.floor(n / 10) % 10]} thing`);
    expect(miner.add('connection refused')).toBe(id);
  });
});

describe('hostile lines', () => {
  const million = 1_000_000;
  test.each<readonly [what: string, line: string]>([
    ['a million letters', 'a'.repeat(million)],
    ['a million brackets', '('.repeat(million)],
    ['a million colons', ':'.repeat(million)],
    ['a million slashes', 'a/'.repeat(million / 2)],
    ['a million groups that look like IPv6', 'ab:'.repeat(million / 3)],
    ['a million keys', 'a='.repeat(million / 2)],
    ['a million quotes that nothing closes', 'a="'.repeat(million / 3)],
    ['a million digits', '1'.repeat(million)],
    ['a million dots in a name', 'a.'.repeat(million / 2)],
    ['colours that do not end', `${String.fromCharCode(0x1b)}[`.repeat(million / 2)],
    ['half a pair of surrogates', '\ud800 \udc00x\ud800'],
    ['binary', Array.from({ length: 4096 }, (_, at) => String.fromCharCode((at * 7919) % 65_536)).join('')],
    ["names of an object's own parts", '__proto__ constructor=toString hasOwnProperty'],
    ['what looks like a template', 'user <*> from <num> \u0001 <ip>'],
    ['blanks', ' \t\r\n\u00a0\u2028'],
  ])('%s', (_what, line) => {
    const miner = createTemplateMiner();
    for (const prefix of ['', 'x ', '\u0000', '"']) miner.add(prefix + line);
    const templates = miner.templates();
    expect(templates.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    for (const { template } of templates) expect(template.length).toBeLessThanOrEqual(4000);
  });

  test('beyond the end of what is looked at make no difference', () => {
    const start = 'word '.repeat(400);
    expect(templatesOf([`${start}one`, `${start}two`])).toHaveLength(1);
  });
});

describe('properties', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'user',
      'root',
      'news',
      'failed',
      '10.0.0.1',
      '17',
      '0x1f',
      'a=',
      '"',
      '(',
      ')',
      ',',
      'node-7',
      '/a/b',
      '<',
      '12 ms',
      ': ',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const line = fc.array(word, { maxLength: 10 }).map((words) => words.join(' '));
  const log = fc.array(line, { maxLength: 60 });

  test('every line is counted once, under an id that leads to a template', () => {
    fc.assert(
      fc.property(log, (lines) => {
        const miner = createTemplateMiner();
        const ids = lines.map((text) => miner.add(text));
        const counts = new Map<number, number>();
        for (const id of ids.map((one) => miner.resolve(one))) counts.set(id, (counts.get(id) ?? 0) + 1);
        expect(new Map(miner.templates().map(({ id, count }) => [id, count]))).toEqual(counts);
      }),
    );
  });

  test('the same lines in the same order give the same templates', () => {
    fc.assert(
      fc.property(log, (lines) => {
        expect(minerOf(lines).templates()).toEqual(minerOf(lines).templates());
      }),
    );
  });

  test('a line has the template that it had, or one that this has become part of', () => {
    fc.assert(
      fc.property(log, line, (lines, text) => {
        const miner = createTemplateMiner();
        const id = miner.add(text);
        for (const other of lines) miner.add(other);
        expect(miner.resolve(id)).toBe(miner.resolve(miner.add(text)));
      }),
    );
  });

  test('other digits of the same number make no difference to which template it is', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 100, max: 999 }), fc.integer({ min: 100, max: 999 }), (text, one, other) => {
        const miner = createTemplateMiner();
        expect(miner.add(`${text} ${one}`)).toBe(miner.add(`${text} ${other}`));
      }),
    );
  });

  test('memory is bounded: what was not met for longest is forgotten, and its lines are counted', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 50, maxLength: 200 }), (lines) => {
        const miner = createTemplateMiner({ mostPatterns: 16 });
        for (const text of lines) miner.add(text);
        const templates = miner.templates();
        expect(templates.length).toBeLessThanOrEqual(16);
        expect(templates.reduce((sum, { count }) => sum + count, 0) + miner.forgottenLines()).toBe(lines.length);
      }),
    );
  });
});
