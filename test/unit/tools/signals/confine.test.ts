import { describe, expect, test } from 'vitest';
import type { ResourceAttributes } from '../../../../src/kube/access.ts';
import type { Caller } from '../../../../src/tools/caller.ts';
import { checkPromql } from '../../../../src/tools/signals/promqlCheck.ts';

/** Somebody with the right to metrics in these namespaces; `*`: everywhere. */
function caller(...namespaces: readonly string[]): Caller & { readonly asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  const may = ({ namespace, ...right }: ResourceAttributes): Promise<boolean> => {
    asked.push(namespace);
    expect(right).toEqual({ verb: 'get', group: 'metrics.k8s.io', resource: 'pods' });
    return Promise.resolve(namespaces.includes('*') || namespaces.includes(namespace ?? '*'));
  };
  return { username: 'dave', may, asked };
}

const signal = new AbortController().signal;
const check = async (query: string, namespace: string | undefined, who: Caller): Promise<string> =>
  checkPromql(query, namespace, { caller: who, signal }).then(
    ({ text }) => text,
    (error: Error) => error.message,
  );

const ACROSS =
  'dave may not look across namespaces here: say which namespace, in the field namespace or in every selector, as in {namespace="shop"}.';

describe('who may ask which PromQL', () => {
  test.each<[title: string, query: string, namespace: string | undefined, may: readonly string[], answer: string]>([
    ['whoever may look everywhere asks anything', 'up', undefined, ['*'], 'up'],
    ['a namespace that is given narrows for everybody', 'up', 'shop', ['*'], 'up{namespace="shop"}'],
    [
      'and is put in for those who may look there alone',
      'a / b{c="d"}',
      'shop',
      ['shop'],
      'a{namespace="shop"} / b{namespace="shop",c="d"}',
    ],
    ['a query that is pinned is left as it is', 'a{namespace="shop"}', undefined, ['shop'], 'a{namespace="shop"}'],
    ['of a query that is pinned in part the rest is everywhere', 'a{namespace="shop"} or b', undefined, ['shop'], ACROSS],
    ['without a namespace nobody looks across', 'up', undefined, ['shop'], ACROSS],
    ['a comment pins nothing', 'up # {namespace="shop"}', undefined, ['shop'], ACROSS],
    [
      'somebody else’s namespace',
      'up',
      'stage',
      ['shop'],
      'dave may not get pods.metrics.k8s.io in namespace stage; an administrator can grant it.',
    ],
    [
      'a namespace beside it does not open what a query is pinned to',
      'a{namespace="stage"}',
      'shop',
      ['shop'],
      'dave may not get pods.metrics.k8s.io in namespace stage; an administrator can grant it.',
    ],
    [
      'one of two namespaces',
      'a{namespace=~"shop|stage"}',
      undefined,
      ['shop'],
      'dave may not get pods.metrics.k8s.io in namespace stage; an administrator can grant it.',
    ],
    ['both of them', 'a{namespace=~"shop|stage"}', undefined, ['shop', 'stage'], 'a{namespace=~"shop|stage"}'],
    [
      'what selects by itself',
      'info(a)',
      'shop',
      ['shop'],
      'dave may not look across namespaces here: ask without info(), which reads series of any namespace.',
    ],
    [
      'everything is refused to everybody',
      '{__name__=~".+"}',
      undefined,
      ['*'],
      'query: at character 1, before "{__name__=~\\".+\\"}": this selects everything; narrow it, as in {namespace="shop",__name__=~"http_.+"}, or with the name of a metric',
    ],
    ['a value that could break out does not', 'up', 'a",b="', ['*'], 'up{namespace="a\\",b=\\""}'],
  ])('%s', async (_title, query, namespace, may, answer) => {
    expect(await check(query, namespace, caller(...may))).toBe(answer);
  });

  test('what selects nothing needs no right', async () => {
    const nobody = caller();
    expect(await check('vector(1) + time()', undefined, nobody)).toBe('vector(1) + time()');
    expect(nobody.asked).toEqual([]);
  });
});
