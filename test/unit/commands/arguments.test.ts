import { describe, expect, test } from 'vitest';
import { type CommandName, readArguments, UsageError } from '../../../src/commands/arguments.ts';

const cart = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' };

interface Right {
  readonly args: readonly string[];
  readonly want: object;
}

describe('agent-sre diagnose', () => {
  test.each<Right>([
    { args: ['--help'], want: { command: 'help' } },
    { args: ['--snapshot', 'a.json.gz'], want: { question: { kind: 'snapshot', path: 'a.json.gz' }, json: false } },
    { args: ['-n', 'shop', '--json'], want: { question: { kind: 'namespace', namespace: 'shop' }, json: true } },
    { args: ['--object', 'deploy/cart'], want: { question: { kind: 'object', target: cart, namespace: undefined } } },
    {
      args: ['--object', 'Deployments.apps/cart', '-n', 'shop'],
      want: { question: { kind: 'object', target: { ...cart, namespace: 'shop' }, namespace: 'shop' } },
    },
    {
      args: ['--object', 'node/worker-1', '-n', 'shop'],
      want: { question: { kind: 'object', target: { apiVersion: 'v1', kind: 'Node', name: 'worker-1' } } },
    },
    { args: ['--object', 'ns/shop'], want: { question: { kind: 'namespace', namespace: 'shop' } } },
    {
      args: ['--alert', 'KubePodCrashLooping{namespace="shop", deployment="cart"}'],
      want: {
        question: {
          kind: 'alert',
          alert: { name: 'KubePodCrashLooping', labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', deployment: 'cart' } },
          targets: [{ ...cart, namespace: 'shop' }],
        },
      },
    },
    {
      args: ['--alert', '{alertname="CartDown",deployment="cart"}', '-n', 'shop'],
      want: { question: { kind: 'alert', alert: { name: 'CartDown' }, targets: [{ ...cart, namespace: 'shop' }] } },
    },
    {
      args: ['-n', 'shop', '--context', 'c', '--kubeconfig', 'k', '--config', 'f'],
      want: { context: 'c', kubeconfig: 'k', config: 'f' },
    },
  ])('reads $args', ({ args, want }) => {
    expect(readArguments('diagnose', args)).toMatchObject(want);
  });
});

describe('agent-sre collect', () => {
  test.each<Right>([
    { args: ['-h'], want: { command: 'help' } },
    { args: ['-n', 'shop'], want: { command: 'collect', namespace: 'shop', output: undefined } },
    { args: ['--namespace', 'shop', '-o', 'x.json.gz'], want: { namespace: 'shop', output: 'x.json.gz' } },
  ])('reads $args', ({ args, want }) => {
    expect(readArguments('collect', args)).toMatchObject(want);
  });
});

test.each<{ name: CommandName; args: readonly string[]; says: string }>([
  { name: 'diagnose', args: [], says: 'say what to look at: --snapshot, --namespace, --object or --alert' },
  { name: 'diagnose', args: ['--snapshot', 'f', '--object', 'pod/x'], says: 'three questions; ask one at a time' },
  { name: 'diagnose', args: ['--snapshot', 'f', '-n', 'shop'], says: 'a snapshot is of one namespace, and says which' },
  { name: 'diagnose', args: ['-n', 'Shop_1'], says: '"Shop_1" cannot be the name of a namespace' },
  { name: 'diagnose', args: ['--object', 'cart'], says: '"cart" is no object; write KIND/NAME, as in deployment/cart' },
  { name: 'diagnose', args: ['--object', 'deploy/a/b'], says: 'is no object' },
  { name: 'diagnose', args: ['--object', 'secret/x'], says: 'a diagnosis cannot begin at a "secret"; name a deployment, statefulset' },
  { name: 'diagnose', args: ['--object', 'pod/X y'], says: '"X y" cannot be the name of an object' },
  { name: 'diagnose', args: ['--alert', 'CartDown'], says: 'the labels of CartDown name no object of the cluster' },
  { name: 'diagnose', args: ['--alert', '{namespace="shop"}'], says: 'the alert has no name' },
  { name: 'diagnose', args: ['--alert', 'A{namespace=shop}'], says: 'the alert cannot be read at "namespace=shop}"' },
  { name: 'diagnose', args: ['--alert', 'A{a="b"} or B'], says: 'the alert cannot be read at " or B"' },
  { name: 'diagnose', args: ['--alert', 'A{a="b"'], says: 'the alert cannot be read' },
  { name: 'diagnose', args: ['--alert', 'x'.repeat(20_000)], says: 'an alert of 20000 characters' },
  { name: 'diagnose', args: ['-n', 'shop', '--yaml'], says: "Unknown option '--yaml'" },
  { name: 'diagnose', args: ['shop'], says: 'Unexpected argument' },
  { name: 'collect', args: [], says: 'say which namespace: --namespace NS' },
  { name: 'collect', args: ['-n', 'shop', '--output', ''], says: '--output is empty; name a file' },
  { name: 'collect', args: ['-n', 'shop', '--json'], says: "Unknown option '--json'" },
])('$name refuses $args', ({ name, args, says }) => {
  const read = (): unknown => readArguments(name, args);
  expect(read).toThrow(UsageError);
  expect(read).toThrow(says);
});
