import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../../src/config/problems.ts';
import { analyzers } from '../../../../src/investigate/analyzers/all.ts';
import { readSpecialists } from '../../../../src/investigate/specialists/folder.ts';
import { loadSpecialists } from '../../../../src/investigate/specialists/load.ts';
import { createSpecialists, loadAllSpecialists } from '../../../../src/investigate/specialists/specialists.ts';
import { ANALYZERS, problemsOf, specialistsOf } from './support.ts';

/** Five lines; what a test adds stands from line 6 on. */
const HEAD = `name: payments
description: Card payments.
handles:
  keywords:
    - card
`;
const QUERY = `evidence:
  - name: refused
    source: metrics
    query: sum(rate(refused_total{namespace="{{namespace}}"}[5m]))
    description: Refused cards a second.
`;

describe('a file that is right', () => {
  test('gives a specialist with all that it says', () => {
    const [payments] = specialistsOf(`${HEAD}${QUERY}
analyzers: [crashLoop]
rules:
  - name: many
    when: evidence.metrics.refused > 5.0
    severity: warning
    message: "{{metrics.refused}} cards a second are refused."
    advice: Call the bank.
    weighs: [{reasons: [A probe that fails, ContainerOutOfMemory], points: -3}]
prompt: Look at the bank first.
advice: [Read the runbook.]`).all;
    expect(payments).toMatchObject({
      name: 'payments',
      builtIn: false,
      analyzers: ['crashLoop'],
      prompt: 'Look at the bank first.',
      rules: [{ name: 'many', when: { metrics: ['refused'] } }],
    });
    expect([...(payments?.rules[0]?.weighs[0]?.reasons ?? [])].toSorted()).toEqual([
      'ContainerOutOfMemory',
      'ProbeFailing',
      'ProbePathNotFound',
      'ProbePortMismatch',
      'ProbeSchemeMismatch',
      'ProbeTimingTooTight',
    ]);
  });

  test('needs little', () => {
    expect(problemsOf('name: a\ndescription: B.\nhandles: {}')).toEqual([]);
  });
});

describe('a problem says where, what, and what to do', () => {
  test.each<{ name: string; text: string; want: readonly string[] }>([
    {
      name: 'an empty file',
      text: '',
      want: [
        'team.yaml: name: is missing; add a text',
        'team.yaml: description: is missing; add a text',
        'team.yaml: handles: is missing; add a map of settings',
      ],
    },
    { name: 'a misspelt key', text: `${HEAD}promt: x`, want: ['team.yaml:6: promt: is not a setting; did you mean prompt?'] },
    {
      name: 'a misspelt key of a rule',
      text: `${HEAD}rules:\n  - name: one\n    if: "true"\n    when: "true"\n    message: x`,
      want: ['team.yaml:8: rules[0].if: is not a setting; there are name, when, cites, severity, message, advice, weighs'],
    },
    {
      name: 'an action, which no rule may name',
      text: `${HEAD}rules:\n  - {name: one, when: "true", message: x, action: RestartWorkload}`,
      want: ['team.yaml:7: rules[0].action: is not a setting; there are name, when, cites, severity, message, advice, weighs'],
    },
    {
      name: 'a name with capitals',
      text: HEAD.replace('payments', 'Payments'),
      want: ['team.yaml:1: name: "Payments" is not a name; use a to z, 0 to 9 and -, at most 40 characters, beginning with a letter'],
    },
    {
      name: 'a misspelt reason',
      text: `${HEAD}  reasons: [ContainerOutOfMemroy]`,
      want: [
        'team.yaml:6: handles.reasons[0]: "ContainerOutOfMemroy" is neither a reason nor the title of a group of them; did you mean ContainerOutOfMemory?',
      ],
    },
    {
      name: 'a pattern that fits no reason',
      text: `${HEAD}  reasons:\n    - Databse*`,
      want: ['team.yaml:7: handles.reasons[0]: "Databse*" fits no reason; docs/reasons.md lists them all'],
    },
    {
      name: 'an alert matcher that says nothing',
      text: `${HEAD}  alerts:\n    - labels: {}`,
      want: ['team.yaml:7: handles.alerts[0]: would match every alert; give it a name or labels'],
    },
    {
      name: 'an unknown analyzer',
      text: `${HEAD}analyzers: [crashLop]`,
      want: ['team.yaml:6: analyzers[0]: "crashLop" is not an analyzer; did you mean crashLoop?'],
    },
    {
      name: 'an unknown source',
      text: `${HEAD}${QUERY.replace('metrics', 'metric')}`,
      want: ['team.yaml:8: evidence[0].source: "metric" is none of metrics, logs'],
    },
    {
      name: 'a placeholder that there is not',
      text: `${HEAD}${QUERY.replace('{{namespace}}', '{{cluster}}')}`,
      want: ['team.yaml:9: evidence[0].query: {{cluster}} is not a placeholder; there are {{namespace}}, {{workload}}, {{pod}}'],
    },
    {
      name: 'a placeholder outside of quotes',
      text: `${HEAD}${QUERY.replace('"{{namespace}}"', '{{namespace}}')}`,
      want: ['team.yaml:9: evidence[0].query: {{namespace}} stands outside of double quotes; write it as in namespace="{{namespace}}"'],
    },
    {
      name: 'two queries of one name',
      text: `${HEAD}${QUERY}${QUERY.replace('evidence:\n', '')}`,
      want: ['team.yaml:11: evidence[1].name: "refused" is the name of another one; give each its own'],
    },
    {
      name: 'a field that rules do not see',
      text: `${HEAD}rules:\n  - name: one\n    when: evidence.pods.exists(p, p.redy)\n    message: x`,
      want: ['team.yaml:8: rules[0].when: No such key: redy at character 27; did you mean ready?'],
    },
    {
      name: 'an expression that is none',
      text: `${HEAD}rules:\n  - name: one\n    when: evidence.pods.size( > 1\n    message: x`,
      want: ['team.yaml:8: rules[0].when: Unexpected token: GT at character 21'],
    },
    {
      name: 'a metric without a query',
      text: `${HEAD}rules:\n  - name: one\n    when: evidence.metrics.refused > 1.0\n    message: x`,
      want: [
        'team.yaml:8: rules[0].when: reads evidence.metrics.refused at character 1, which no query gives; this specialist has no evidence; add the query',
      ],
    },
    {
      name: 'keys that are none',
      text: `${HEAD}rules:\n  - name: one\n    when: "true"\n    cites: evidence.pods\n    message: x`,
      want: ['team.yaml:9: rules[0].cites: gives list<Pod>, and list<string> is wanted'],
    },
    {
      name: 'a field of a message that there is not',
      text: `${HEAD}${QUERY}rules:\n  - name: one\n    when: "true"\n    message: Look at {{logs}}.`,
      want: [
        'team.yaml:14: rules[0].message: {{logs}} is not a field; there are {{namespace}}, {{workload}}, {{pod}}, {{alert}}, {{metrics.refused}}',
      ],
    },
    {
      name: 'more points than a rule may give',
      text: `${HEAD}rules:\n  - name: one\n    when: "true"\n    message: x\n    weighs:\n      - {reasons: [ProbeFailing], points: 50}`,
      want: ['team.yaml:11: rules[0].weighs[0].points: 50 is too large; the most is 10'],
    },
    { name: 'YAML that is none', text: 'name: [a', want: [expect.stringMatching(/^team\.yaml:1: not valid YAML: /u) as string] },
    { name: 'a key twice', text: `${HEAD}name: b`, want: [expect.stringMatching(/^team\.yaml:6: not valid YAML: .*unique/u) as string] },
    {
      name: 'two documents in a file',
      text: `${HEAD}---\n${HEAD}`,
      want: [expect.stringMatching(/^team\.yaml:6: not valid YAML: .*multiple documents/u) as string],
    },
    { name: 'a list for the file', text: '- a', want: ['team.yaml: [["a"] is not a map of settings'.replace('[[', '[')] },
    {
      name: 'a laugh of a billion',
      text: `a: &a [x, x]\n${Array.from({ length: 30 }, (_, index) => `b${index}: &b${index} [*${index === 0 ? 'a' : `b${index - 1}`}, *${index === 0 ? 'a' : `b${index - 1}`}]`).join('\n')}`,
      want: [expect.stringMatching(/^team\.yaml: cannot be read as YAML: Excessive alias count/u) as string],
    },
    { name: 'a file of a mebibyte', text: `${HEAD}prompt: ${'x'.repeat(2 ** 20)}`, want: ['team.yaml: is larger than 256 KiB'] },
  ])('$name', ({ text, want }) => {
    expect(problemsOf(text)).toEqual(want);
  });

  test('twenty of a file whose brackets are 100,000 deep', () => {
    const problems = problemsOf('['.repeat(100_000));
    expect([problems.length, problems[0], problems.at(-1)]).toEqual([
      21,
      expect.stringMatching(/^team\.yaml:1: not valid YAML: /u),
      expect.stringMatching(/^team\.yaml: has \d+ more problems; correct these first$/u),
    ]);
  });

  test('all of them at once', () => {
    expect(problemsOf('name: A\nhandles: {reasons: [x]}\nrules: [{name: one, when: "1", message: "{{x}}"}]')).toEqual([
      'team.yaml:1: name: "A" is not a name; use a to z, 0 to 9 and -, at most 40 characters, beginning with a letter',
      'team.yaml: description: is missing; add a text',
      'team.yaml:2: handles.reasons[0]: "x" is neither a reason nor the title of a group of them; docs/reasons.md lists them all',
      'team.yaml:3: rules[0].when: gives int, and bool is wanted',
      'team.yaml:3: rules[0].message: {{x}} is not a field; there are {{namespace}}, {{workload}}, {{pod}}, {{alert}}',
    ]);
  });
});

describe('several files', () => {
  const options = { analyzers: ANALYZERS };

  test('one that is wrong does not harm another', () => {
    const { specialists, problems } = loadSpecialists(
      [
        { name: 'a.yaml', text: 'name: [' },
        { name: 'b.yaml', text: HEAD },
      ],
      options,
    );
    expect([specialists.map(({ name }) => name), problems.length > 0]).toEqual([['payments'], true]);
  });

  test('cannot have one name', () => {
    const { problems } = loadSpecialists(
      [
        { name: 'a.yaml', text: HEAD },
        { name: 'b.yaml', text: HEAD },
        { name: 'network', text: 'name: network\ndescription: N.\nhandles: {}', builtIn: true },
        { name: 'c.yaml', text: '\n\nname: network\ndescription: N.\nhandles: {}' },
      ],
      options,
    );
    expect(problems).toEqual([
      { where: 'b.yaml:1', path: 'name', message: '"payments" is the name of another one; choose another' },
      { where: 'c.yaml:3', path: 'name', message: '"network" is the name of a built-in specialist; choose another' },
    ]);
  });

  test('a process does not start with half of them', () => {
    expect(() => createSpecialists(loadSpecialists([{ name: 'a.yaml', text: `${HEAD}rule: x` }], options))).toThrow(
      new ConfigError([{ where: 'a.yaml:6', path: 'rule', message: 'is not a setting; did you mean rules?' }]),
    );
  });
});

describe('the folder of a team', () => {
  const folder = mkdtempSync(join(tmpdir(), 'specialists-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is read as a ConfigMap is mounted: links to files of a hidden folder', () => {
    mkdirSync(join(folder, '..data'));
    writeFileSync(join(folder, '..data', 'payments.yaml'), HEAD);
    symlinkSync(join('..data', 'payments.yaml'), join(folder, 'payments.yaml'));
    writeFileSync(join(folder, 'README.md'), 'not a specialist');
    writeFileSync(join(folder, '.draft.yaml'), 'not yet one');
    expect(readSpecialists(folder)).toEqual([{ name: join(folder, 'payments.yaml'), text: HEAD }]);
  });

  test('adds to the built-in ones', () => {
    const all = loadAllSpecialists(folder, { analyzers: analyzers.map(({ name }) => name) });
    expect(createSpecialists(all).all.map(({ name }) => name)).toEqual([
      'network',
      'database',
      'infrastructure',
      'application',
      'resource',
      'payments',
    ]);
  });

  test('has to be there', () => {
    expect(() => readSpecialists('/nowhere')).toThrow(
      '/nowhere: cannot be read (ENOENT); name the folder of your specialists, or leave the setting out',
    );
  });

  test('has to be readable', () => {
    mkdirSync(join(folder, 'folder.yaml'));
    expect(() => readSpecialists(folder)).toThrow(
      `${join(folder, 'folder.yaml')}: cannot be read (EISDIR); make it a readable file, or remove it`,
    );
  });
});
