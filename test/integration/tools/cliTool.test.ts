/**
 * jq, yq, grep and sed on this machine, by the tool that runs them: what works, and every way that was thought of to reach a file, the environment,
 * another program, or more than a share of the machine.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { ToolError } from '../../../src/tools/errors.ts';
import { cliToolTool } from '../../../src/tools/text/cliTool.ts';
import { createProgramRunner, type ProgramPaths } from '../../../src/tools/text/programs.ts';
import type { Tool } from '../../../src/tools/tool.ts';
import { getBinaries } from '../../cluster/components/binaries.ts';
import { installNeeds } from '../../cluster/components/debian.ts';
import { callOf } from '../../support/callers.ts';
import { untilTrue } from '../../support/until.ts';

const CANARY = 'canary-7f3a-not-to-be-seen';
const PATHS: ProgramPaths = { jq: 'jq', yq: 'yq', grep: 'grep', sed: 'sed', prlimit: 'prlimit' };

let folder: string;
let secretFile: string;
beforeAll(async () => {
  await installNeeds([{ package: 'jq', program: 'jq' }], () => undefined);
  const { yq } = await getBinaries(['yq'], () => undefined);
  tool = toolWith({ yq: yq.binary });
  folder = mkdtempSync(join(tmpdir(), 'cli-tool-test-'));
  secretFile = join(folder, 'secret.json');
  writeFileSync(secretFile, JSON.stringify({ canary: CANARY }));
  writeFileSync(join(folder, 'secret.jq'), `def canary: "${CANARY}";`);
  mkdirSync(join(folder, 'sub'));
  symlinkSync(secretFile, join(folder, 'sub', 'link'));
  process.env['CANARY'] = CANARY;
}, 300_000);
afterAll(() => {
  delete process.env['CANARY'];
  rmSync(folder, { recursive: true, force: true });
});

const toolWith = (paths: Partial<ProgramPaths> = {}) =>
  cliToolTool({
    programs: createProgramRunner({ paths: { ...PATHS, ...paths }, clock: systemClock }),
    cleaner: createCleaner(createRedactor().text),
  });
let tool: Tool;

const run = async (command: string, input = '', args?: readonly string[]): Promise<string> =>
  tool
    .run(
      { command, input, ...(args === undefined ? {} : { args }) },
      callOf('alice', () => false),
    )
    .then(
      ({ text, data }) => {
        tool.output.parse(data);
        return text;
      },
      (error: unknown) => (error instanceof ToolError ? `${error.reason}: ${error.message}` : `not a ToolError: ${String(error)}`),
    );

describe('what it is for', () => {
  const pods = JSON.stringify({
    items: [
      { name: 'cart', restarts: 7 },
      { name: 'web', restarts: 0 },
    ],
  });
  test.each<readonly [string, string, string]>([
    ["jq -r '.items[].name'", pods, 'cart\nweb'],
    ['jq -c ".items[] | select(.restarts > 3)"', pods, '{"name":"cart","restarts":7}'],
    ["jq --arg name web '.items[] | select(.name == $name) | .restarts'", pods, '0'],
    ['jq --tab .', '{"a":1}', '{\n\t"a": 1\n}'],
    ['jq -n --argjson a [1,2] "$a|add"', '', '3'],
    ['jq -- -1', '{}', '-1'],
    ["jq '.env, .spec.include, {env: .env} | tojson' -r", '{"env":1,"spec":{"include":2}}', '1\n2\n{"env":1}'],
    ['jq -r ".[] | \\"\\(.a) and \\(.b)\\""', '[{"a":1,"b":"env"}]', '1 and env'],
    ['grep -in error', 'ok\nan Error\n', '2:an Error'],
    ['grep -c -e a -e b', 'a\nb\nc\n', '2'],
    ['grep -A1 -E "^b"', 'a\nb\nc\nd\n', 'b\nc'],
    ['grep -1 c', 'a\nb\nc\nd\ne\n', 'b\nc\nd'],
    ['grep -v -- -x', '-x\ny\n', 'y'],
    ['grep nothing', 'a\n', '(no output; exit code 1)'],
    ["sed -n '/b/,/c/p'", 'a\nb\nc\nd\n', 'b\nc'],
    ['sed -E "s/(a+)/<\\1>/g"', 'baab', 'b<aa>b'],
    ['sed --sandbox -e s/a/b/ -e s/b/c/', 'a', 'c'],
    ["grep -i error | sed 's/error/!/I' | jq -R .", 'x\nError 5\n', '"! 5"'],
  ])('%s', async (command, input, want) => {
    expect(await run(command, input)).toBe(want);
  });

  test('words need no quotes where they are given one by one', async () => {
    expect(await run('jq', '{"a b":1}', ['-c', '.["a b"], "$(id) > x"'])).toBe('1\n"$(id) > x"');
  });

  test.each<readonly [string, string, string]>([
    ['yq .spec.replicas', 'spec:\n  replicas: 3\n', '3'],
    ['yq -o=json -I0 .', 'a: [1, 2]\n', '{"a":[1,2]}'],
    ["yq eval '.a.b' -", 'a: {b: c}\n', 'c'],
    ['yq -p json -o yaml .', '{"a":"env(x)"}', 'a: env(x)'],
    ["yq '.env, .load'", 'env: 1\nload: 2\n', '1\n2'],
    ['yq -n "1 + 1"', '', '2'],
  ])('%s', async (command, input, want) => {
    expect(await run(command, input)).toBe(want);
  });

  test('secrets do not come out as they went in, and nothing that a terminal obeys does', async () => {
    const said = await run('jq -r .', JSON.stringify('password=hunter2-correct \u001b[31mred'));
    expect(said).toBe('password=[redacted:password] red');
  });

  test.each<readonly [string, RegExp]>([
    ['jq .a[', /^Invalid: jq: error: syntax error/u],
    ['grep -E "("', /^Invalid: grep: .*[Uu]nmatched/u],
    ['sed s/a', /^Invalid: sed: -e expression #1.*unterminated/u],
    ['jq .', /^Invalid: jq: parse error/u],
  ])('%s: the program says what is wrong', async (command, want) => {
    expect(await run(command, '{"a":')).toMatch(want);
  });
});

describe('other programs', () => {
  test.each<readonly [string, RegExp]>([
    [
      'curl http://prometheus:9090/api/v1/query',
      /^Invalid: curl does not run here. There is no network here. For metrics take query_metrics/u,
    ],
    ['kubectl get secrets', /kubectl_get/u],
    ['git log', /git_status/u],
    ['cat /etc/passwd', /pass the text as input/u],
    ['bash -c id', /No language and no shell/u],
    ['/bin/sh', /^Invalid: \/bin\/sh does not run here/u],
    ['./jq .', /does not run here/u],
    ['constructor', /^Invalid: constructor does not run here. Only jq/u],
    ['__proto__', /does not run here/u],
    ['jq . | sh', /^Invalid: sh does not run here/u],
    ['JQ .', /does not run here/u],
    ['', /^Invalid/u],
    ['|', /^Invalid: A program is missing/u],
    ['jq . |', /^Invalid: A program is missing/u],
    ['jq . | jq . | jq . | jq . | jq . | jq .', /^Invalid: No more than 5/u],
  ])('%s', async (command, want) => {
    expect(await run(command, '{}')).toMatch(want);
  });
});

describe('what only a shell could do', () => {
  test.each([
    'jq . > /tmp/x',
    'jq . < /etc/passwd',
    'jq .; id',
    'jq . & id',
    'jq . && id',
    'jq `id`',
    'jq $(id)',
    'jq .\nid',
    'jq . || id',
    'grep a >/dev/tcp/127.0.0.1/1',
    '(jq .)',
    'jq "a',
    "jq 'a",
    'jq \\',
  ])('%s', async (command) => {
    expect(await run(command, '{}')).toMatch(/^Invalid: /u);
  });

  test('a variable, a star and a tilde stay what they are', async () => {
    expect(await run('grep -o -F "$CANARY"', 'a $CANARY b')).toBe('$CANARY');
    expect(await run('grep -F ~/*', 'x ~/* y')).toBe('x ~/* y');
  });
});

/** @param at a file with the canary; where it is read, its content would be in what is said */
const reaching = (at: string): readonly string[] => [
  // jq
  `jq . ${at}`,
  `jq . - ${at}`,
  `jq -f ${at}`,
  `jq --from-file ${at} .`,
  `jq --from-file=${at} .`,
  `jq -nf ${at}`,
  `jq --slurpfile a ${at} '$a'`,
  `jq --rawfile a ${at} '$a'`,
  `jq --argfile a ${at} '$a'`,
  `jq -L ${folder} 'import "secret" as $s; $s'`,
  `jq -L${folder} 'include "secret"; canary'`,
  `jq 'import "secret" as $s {search:"${folder}"}; $s'`,
  `jq 'import "./secret" as s {"search":"${folder}"}; s::canary'`,
  `jq 'include "secret" {search:"${folder}"}; canary'`,
  `jq '# comment\nimport "secret" as $s {search:"${folder}"}; $s'`,
  `jq '# comment \\\nimport "secret" as $s {search:"${folder}"}; $s'`,
  `jq '# comment\rimport "secret" as $s {search:"${folder}"}; $s'`,
  `jq 'module {}; import "secret" as $s {search:"${folder}"}; $s'`,
  `jq '"${folder}/secret" | modulemeta'`,
  `jq --args . ${at}`,
  `jq -- . ${at}`,
  `jq -n 'input' ${at}`,
  `jq -n '[inputs]' -- ${at}`,
  // yq
  `yq . ${at}`,
  `yq ${at}`,
  `yq eval ${at}`,
  `yq eval-all . - ${at}`,
  `yq 'load("${at}")'`,
  `yq 'load_str("${at}")'`,
  `yq '.a = load_str ("${at}")'`,
  `yq 'load_xml("${at}")'`,
  `yq 'load_props("${at}")'`,
  `yq 'load_base64("${at}")'`,
  `yq '"load_str(\\"${at}\\")" as $x | eval($x)'`,
  `yq 'eval("lo" + "ad_str(\\"${at}\\")")'`,
  `yq --from-file ${at}`,
  `yq --split-exp-file ${at} .`,
  `yq --expression . ${at}`,
  `yq -i . ${at}`,
  `yq -f extract . ${at}`,
  // grep
  `grep . ${at}`,
  `grep -f ${at}`,
  `grep -f${at} x`,
  `grep --file=${at}`,
  `grep --fil=${at}`,
  `grep -r . ${folder}`,
  `grep -R . ${folder}`,
  `grep -ir canary`,
  `grep -inrH canary ${folder}`,
  `grep --recursive canary ${folder}`,
  `grep -d recurse canary ${folder}`,
  `grep --include='*' -e canary ${folder}`,
  `grep -e canary -- ${at}`,
  `grep -ecanary -f${at}`,
  `grep --exclude-from=${at} x`,
  // sed
  `sed p ${at}`,
  `sed -n p ${at}`,
  `sed -f ${at}`,
  `sed --file=${at}`,
  `sed -i s/a/b/ ${at}`,
  `sed 'r ${at}'`,
  `sed 'R ${at}'`,
  `sed -e '1r ${at}'`,
  `sed '1{r ${at}\n}'`,
  `sed '$!N;r ${at}'`,
  `sed --posix 'r ${at}'`,
  `sed -e 'a\\' -e 'x' -e 'r ${at}'`,
  `sed -s p ${at}`,
  `sed --follow-symlinks p ${at}`,
  `sed p -- ${at}`,
];

describe('no file is read', () => {
  test.each(['secret.json', 'sub/link', 'sub/../secret.json'])('by any of the ways to %s', async (name) => {
    const at = join(folder, name);
    const said = await Promise.all(reaching(at).map(async (command) => ({ command, text: await run(command, '{"a":"x"}') })));
    expect(said.filter(({ text }) => text.includes(CANARY) || !/^(?:Invalid|NotConfigured): /u.test(text))).toEqual([]);
  });

  test('nor the password file, nor what the kernel tells of this process', async () => {
    for (const at of ['/etc/passwd', '/proc/self/environ', '/proc/self/cmdline', '/dev/stdin', '/dev/fd/0', 'file:///etc/passwd']) {
      const said = await Promise.all(reaching(at).map((command) => run(command, '{"a":"x"}')));
      expect(said.filter((text) => text.includes('root:') || text.includes('PATH='))).toEqual([]);
    }
  });
});

describe('no file is written', () => {
  test('by any of the ways', async () => {
    const target = join(folder, 'made');
    const before = readdirSync(folder).toSorted();
    const commands = [
      `sed 'w ${target}'`,
      `sed 'W ${target}'`,
      `sed 's/a/b/w ${target}'`,
      `sed 's/a/b/gpw ${target}'`,
      `sed -n '/a/w ${target}'`,
      'sed w/dev/stdout',
      `sed -i.bak s/a/b/ ${secretFile}`,
      `sed -n -i p ${secretFile}`,
      `yq -s '"${target}"' .`,
      `yq --split-exp '"${target}"' .`,
      `yq -i '.a = 1' ${secretFile}`,
      `yq --security-allow-write-any-path -s '"${target}"' .`,
    ];
    for (const command of commands) expect(await run(command, 'a')).toMatch(/^(?:Invalid|NotConfigured): /u);
    expect(readdirSync(folder).toSorted()).toEqual(before);
    expect(readFileSync(secretFile, 'utf8')).toBe(JSON.stringify({ canary: CANARY }));
  });
});

describe('no environment is seen', () => {
  test.each([
    'jq -n env',
    'jq -n env.CANARY',
    'jq -n "$ENV.CANARY"',
    "jq -n '$ENV'",
    'jq -n \'"\\(env)"\'',
    'jq -n \'"\\("\\(env.CANARY)")"\'',
    "jq -n '[.[env:1]?]'",
    "jq -n 'def f: env; f'",
    "jq -n '[env|to_entries[]|.value]'",
    'jq -n input_filename',
    'jq -n get_search_list',
    "yq -n 'env(CANARY)'",
    "yq -n 'strenv(CANARY)'",
    'yq -n \'"${CANARY}" | envsubst\'',
    'yq -n \'"${CANARY}" | envsubst(ne)\'',
    'sed -n "s/.*/$CANARY/p"',
  ])('%s', async (command) => {
    expect(await run(command, 'x')).not.toContain(CANARY);
  });
});

describe('no program is started', () => {
  test.each([
    "sed '1e id'",
    "sed 's/.*/id/e'",
    'sed e',
    "sed 's/x/id/ge'",
    "sed -n '1!G;e'",
    'yq -n \'system("id")\'',
    'yq --security-enable-system-operator -n \'system("id")\'',
    'jq -n \'"id" | system\'',
    'jq -n \'@sh "id"\'',
  ])('%s', async (command) => {
    expect(await run(command, 'x')).not.toMatch(/uid=/u);
  });
});

describe('no more than its share is taken', () => {
  test.each<readonly [string, string, string, RegExp]>([
    ['a loop without end', 'jq', '[range(0; infinite)] | length', /^(?:TooLarge|TimedOut): jq was ended/u],
    ['a loop that allocates nothing', 'jq', 'last(range(0; infinite))', /^(?:TooLarge|TimedOut): jq was ended/u],
    ['memory', 'jq', '[limit(1e9; repeat("x" * 1000))]', /^(?:TooLarge|TimedOut): jq was ended/u],
    ['a flood', 'jq', 'range(0; infinite)', /^TooLarge: jq was ended: its output is larger than 256 KiB/u],
    ['depth', 'jq', 'def f: [f]; f', /^(?:TooLarge|TimedOut|Invalid): /u],
    ['complaints without end', 'jq', 'range(0; infinite) | stderr | empty', /^TooLarge: /u],
    ['a loop of sed', 'sed', ':a;ba', /^(?:TooLarge|TimedOut): sed was ended/u],
    ['a text of sed that doubles', 'sed', ':a;s/x*/&&x/;ba', /^TooLarge: sed was ended/u],
    ['a flood of sed', 'sed', ':a;p;ba', /^TooLarge: sed was ended: its output/u],
  ])('%s', async (_name, program, text, want) => {
    expect(await run(program, 'x', program === 'jq' ? ['-n', text] : [text])).toMatch(want);
  });

  test('an expression that backtracks for ever ends', async () => {
    expect(await run('grep', `${'a'.repeat(5_000)}b\n`.repeat(50), ['-P', '(a|aa)+$'])).toMatch(
      /^(?:TooLarge|TimedOut|Invalid|\(no output)/u,
    );
  });

  test('YAML that unfolds without end ends', async () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [at, name] of 'bcdefghij'.split('').entries())
      lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghij'[at] ?? 'a'}`).join(',')}]`);
    expect(await run('yq', lines.join('\n'), ['explode(.)'])).toMatch(/^(?:TooLarge|TimedOut|Invalid): /u);
  });

  test('what is long is cut, and says so', async () => {
    const said = await run('grep x', `${'x'.repeat(100)}\n`.repeat(1_000));
    expect(said.length).toBeLessThan(13_000);
    expect(said).toMatch(/… cut: 1000 lines/u);
  });

  test('an input that is too long is refused', async () => {
    expect(await run('grep x', 'x'.repeat(1_000_001))).toMatch(/^Invalid: input: is longer than/u);
  });
});

describe('whoever leaves', () => {
  const left = (): boolean => processes().every((line) => !line.includes('1e7-of-the-caller-that-left'));
  const processes = (): string[] =>
    readdirSync('/proc').flatMap((pid) => {
      if (!/^\d+$/u.test(pid)) return [];
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    });

  test('takes the program along', async () => {
    const controller = new AbortController();
    const call = { ...callOf('alice', () => false), signal: controller.signal };
    const running = tool.run({ command: 'jq', args: ['-n', 'last(range(0; infinite)) # 1e7-of-the-caller-that-left'] }, call);
    running.catch(() => undefined);
    await untilTrue('jq runs', () => !left());
    controller.abort(new Error('gone'));
    await expect(running).rejects.toThrow('gone');
    await untilTrue('jq is gone', left);
  });
});

describe('a machine', () => {
  test('without a program says which, and how to come by it', async () => {
    const bare = toolWith({ jq: '/nowhere/jq', prlimit: 'prlimit' });
    await expect(
      bare.run(
        { command: 'jq .', input: '{}' },
        callOf('alice', () => false),
      ),
    ).rejects.toThrow(/jq cannot be started|jq is not installed where Agent-SRE runs/u);
    const unknown = toolWith({ sed: 'no-such-sed' });
    await expect(
      unknown.run(
        { command: 'sed p' },
        callOf('alice', () => false),
      ),
    ).rejects.toThrow('sed is not installed where Agent-SRE runs; an administrator can install it, or set tools.sed to its path.');
  });

  test('that cannot set limits runs nothing', async () => {
    const unlimited = toolWith({ prlimit: 'no-such-prlimit' });
    await expect(
      unlimited.run(
        { command: 'jq .', input: '{}' },
        callOf('alice', () => false),
      ),
    ).rejects.toThrow(/prlimit is not installed/u);
  });

  test('with another yq or sed does not take it for the one that it knows', async () => {
    const wrong = toolWith({ yq: 'jq', sed: 'grep' });
    await expect(
      wrong.run(
        { command: 'yq .', input: 'a: 1' },
        callOf('alice', () => false),
      ),
    ).rejects.toThrow(/yq on this machine is not mikefarah’s yq 4/u);
    await expect(
      wrong.run(
        { command: 'sed p', input: 'a' },
        callOf('alice', () => false),
      ),
    ).rejects.toThrow(/sed on this machine is not GNU sed/u);
  });
});
