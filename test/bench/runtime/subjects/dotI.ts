/**
 * The benchmark's reconciler on `@dot-i/k8s-operator` 1.3.9: the same work as ours.ts, in that library's idiom.
 *
 * It handles one event at a time, whatever is asked for, and has no leader election. Its status write is a PUT.
 */
import operator, { type ResourceEvent } from '@dot-i/k8s-operator';

/** A CommonJS module: its default export is a member of what is imported. */
const { default: Operator, ResourceEventType } = operator;
const { BENCH_NAMESPACE: namespace = '' } = process.env;

interface Item {
  readonly spec: { readonly value: string };
  readonly status?: { readonly observed?: string };
}

class BenchOperator extends Operator {
  protected override async init(): Promise<void> {
    await this.watchResource('bench.example', 'v1', 'items', (event) => this.handle(event), namespace);
  }

  private async handle({ type, meta, object }: ResourceEvent): Promise<void> {
    if (type === ResourceEventType.Deleted) {
      console.log(`deleted ${meta.name}`);
      return;
    }
    const { spec, status } = object as unknown as Item;
    if (status?.observed !== spec.value) await this.setResourceStatus(meta, { observed: spec.value });
  }
}

const bench = new BenchOperator();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => bench.stop());
await bench.start();
