import { describe, expect, test } from 'vitest';
import { readArguments, UsageError } from '../../../src/cli/arguments.ts';
import { age } from '../../../src/text/age.ts';
import { cut, labelled, wrapped } from '../../../src/text/layout.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('readArguments', () => {
  test.each<{ args: string; want: object }>([
    { args: '', want: { command: 'help' } },
    { args: 'show --help', want: { command: 'help' } },
    { args: 'get', want: { command: 'get', output: 'text', all: false, namespace: undefined } },
    {
      args: 'get -a -n sre -o json --context c --kubeconfig k',
      want: { command: 'get', all: true, namespace: 'sre', output: 'json', context: 'c', kubeconfig: 'k' },
    },
    { args: 'record', want: { command: 'record', name: undefined, output: 'text' } },
    { args: 'record cart -n shop -o json', want: { command: 'record', name: 'cart', namespace: 'shop', output: 'json' } },
    { args: 'show inc/inc-1 -o yaml', want: { command: 'show', name: 'inc-1', output: 'yaml' } },
    {
      args: `approve rp-1 --digest ${DIGEST} --reason ok -y`,
      want: { command: 'approve', name: 'rp-1', digest: DIGEST, reason: 'ok', yes: true },
    },
    {
      args: 'propose rp-1 --instead SetResources --set memoryLimitMebibytes=256 --set container=app',
      want: { command: 'propose', name: 'rp-1', instead: 'SetResources', set: ['memoryLimitMebibytes=256', 'container=app'] },
    },
    { args: 'why inc/inc-1 -o json', want: { command: 'why', name: 'inc-1', output: 'json' } },
    { args: 'watch', want: { command: 'watch', name: undefined } },
    { args: 'watch inc-1', want: { command: 'watch', name: 'inc-1' } },
    {
      args: 'close inc-1 --reason Duplicate --comment of:inc-2',
      want: { command: 'close', name: 'inc-1', reason: 'Duplicate', comment: 'of:inc-2' },
    },
    { args: 'ack inc-1', want: { command: 'ack', name: 'inc-1', comment: undefined } },
    { args: 'expect inc-1 --until 24h --reason test', want: { command: 'expect', name: 'inc-1', until: '24h', reason: 'test' } },
    { args: 'completion zsh', want: { command: 'completion', shell: 'zsh' } },
    { args: '__complete get --nonsense', want: { command: '__complete', words: ['get', '--nonsense'] } },
    { args: 'reject rp-1 --reason no', want: { command: 'reject', name: 'rp-1', reason: 'no', yes: false } },
  ])('reads "$args"', ({ args, want }) => {
    expect(readArguments(args.split(' ').filter((part) => part !== ''))).toMatchObject(want);
  });

  test.each<{ args: string; says: string }>([
    { args: 'aprove rp-1', says: 'there is no command "aprove"' },
    { args: 'get inc-1', says: 'get lists; to see one, use: kubectl sre show inc-1' },
    { args: 'show', says: 'show needs the name of an Incident or a plan' },
    { args: 'approve', says: 'approve needs the name of a plan' },
    { args: 'approve a b', says: 'approve takes one name; there are 2' },
    { args: 'approve rp-1 -o json', says: 'approve has no option --output' },
    { args: 'approve rp-1 --digest abc', says: '--digest is sha256: and 64 hexadecimal digits, as kubectl sre show gives it' },
    { args: 'reject rp-1', says: 'reject needs --reason: whoever looks at the Incident next wants to know why' },
    { args: 'propose rp-1', says: 'propose needs --instead with one of the alternatives, or --set with another value' },
    { args: 'show a,b=c', says: '"a,b=c" cannot be the name of an object' },
    { args: 'close', says: 'close needs the name of an Incident' },
    { args: 'silence inc-1 --for 2h', says: 'silence needs --for, such as 2h, and --reason: others want to know why; --lift ends it' },
    { args: 'silence inc-1 --lift --for 2h', says: 'silence is either for a while, or --lift alone' },
    { args: 'runbook inc-1', says: 'runbook needs the name of an Incident, and one link or --remove' },
    { args: 'runbook inc-1 https://wiki/x --remove', says: 'runbook needs the name of an Incident, and one link or --remove' },
    {
      args: 'runbook inc-1 javascript:alert(1)',
      says: 'a runbook is a link that begins with http:// or https://, not "javascript:alert(1)"',
    },
    { args: 'close inc-1 --reason Bored', says: 'close needs --reason, which is one of Fixed, Expected, Duplicate, NotActionable' },
    { args: 'expect inc-1 --until 24h', says: 'expect needs --until, such as 24h or 2026-11-21, and --reason' },
    { args: 'completion tcsh', says: 'completion needs the name of one shell: bash, zsh, fish' },
    { args: 'constructor', says: 'there is no command "constructor"' },
    { args: 'get -o xml', says: '-o is json or yaml, not "xml"' },
    { args: 'get --nonsense', says: "Unknown option '--nonsense'" },
  ])('refuses "$args"', ({ args, says }) => {
    const read = (): unknown => readArguments(args.split(' '));
    expect(read).toThrow(UsageError);
    expect(read).toThrow(says);
  });
});

describe('layout', () => {
  test.each<{ name: string; text: string; want: string[] }>([
    { name: 'breaks at words', text: 'one two three four', want: ['one two', 'three four'] },
    { name: 'breaks words that are too long', text: 'abcdefghijklmnop', want: ['abcdefghij', 'klmnop'] },
    { name: 'keeps lines', text: 'a\n\nb', want: ['a', '', 'b'] },
  ])('$name', ({ text, want }) => {
    expect(wrapped(text, 10)).toEqual(want);
  });

  test('cuts between characters', () => {
    expect([cut('abcdef', 4), cut('abc', 4), cut('😀😀😀', 2)]).toEqual(['abc…', 'abc', '😀…']);
  });

  test('puts the rest of a row below its first line', () => {
    expect(labelled('Risk', 'one two three', { width: 16, column: 6 })).toEqual(['Risk  one two', '      three']);
  });
});

describe('age', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  test.each([
    ['2026-11-21T11:59:30Z', '30s'],
    ['2026-11-21T11:30:00Z', '30m'],
    ['2026-11-21T06:00:00Z', '6h'],
    ['2026-11-11T12:00:00Z', '10d'],
    ['2026-11-21T12:00:09Z', '0s'],
    ['never', '?'],
  ])('of %s is %s', (then, want) => {
    expect(age(then, now)).toBe(want);
  });
});
