import { expect, test } from 'vitest';
import { identityOf } from '../../../src/domain/identity.ts';

const alert = { alertname: 'QueueFull', namespace: 'shop', deployment: 'cart', instance: '10.0.0.1:80', shard: 'a' };
const rules = (ignored: readonly string[], kept: readonly string[] = []) => ({ ignored: new Set(ignored), kept: new Set(kept) });

test.each<{ name: string; change: Record<string, string>; rules: ReturnType<typeof rules>; isSame: boolean }>([
  { name: 'a label of its own tells troubles apart', change: { shard: 'b' }, rules: rules([]), isSame: false },
  { name: 'a label that people ignore does not', change: { shard: 'b' }, rules: rules(['shard']), isSame: true },
  { name: 'an instance does not, once an object is named', change: { instance: '10.0.0.2:80' }, rules: rules([]), isSame: true },
  { name: 'an instance that people keep does', change: { instance: '10.0.0.2:80' }, rules: rules([], ['instance']), isSame: false },
  { name: 'a workload that people ignore does not', change: { deployment: 'checkout' }, rules: rules(['workload']), isSame: true },
])('$name', ({ change, rules: by, isSame }) => {
  expect(identityOf({ ...alert, ...change }, by) === identityOf(alert, by)).toBe(isSame);
});
