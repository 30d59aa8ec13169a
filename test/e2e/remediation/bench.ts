/**
 * The stage for scenes that stand side by side: each has a namespace, a folder in the one repository and a Kustomization of Flux to itself, and goes from a
 * fault on real pods to its end. They share the cluster, the engines, Prometheus and the operator's three processes, as teams do.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createNamespace } from '../../live/apply.ts';
import { keepLookout, type Lookout } from '../../live/look.ts';
import { deployPath } from '../../stage/delivery.ts';
import { type BesidesTheShop, raiseStage, type Stage } from '../../stage/stage.ts';
import { testClient } from '../../support/testClient.ts';
import { keepLogs } from '../faultScene.ts';
import { type App, openApp } from './app.ts';
import type { Files } from './manifests.ts';
import { keepTimes, type Times } from './times.ts';

export interface Bench {
  readonly stage: Stage;
  readonly kube: KubeClient;
  readonly lookout: Lookout;
  readonly times: Times;
  /** Has Flux apply `apps/NAME` to a namespace of that name, and wait for its health where asked. */
  open(name: string, options?: { readonly wait?: boolean }): Promise<App>;
  /** Makes the namespace, and leaves it to the scene how anything comes into it. */
  openEmpty(name: string): Promise<App>;
}

export interface BenchOptions extends Omit<BesidesTheShop, 'files'> {
  /** By namespace: the files that are in Git from its first commit on, below `apps/NAME`. */
  readonly apps: Readonly<Record<string, Files>>;
  /** Once all of it is there. */
  readonly prepare?: (bench: Bench) => Promise<void>;
}

const RAISE_MS = 300_000;
const SOAK_SECONDS = 3;
const SHOWS_SECONDS = 120;

export function setBench({ apps, prepare, ...more }: BenchOptions): () => Bench {
  let bench: Bench | undefined;
  let failed = false;
  beforeAll(async () => {
    const files = Object.fromEntries(
      Object.entries(apps).flatMap(([name, content]) => Object.entries(content).map(([file, text]) => [`apps/${name}/${file}`, text])),
    );
    const stage = await raiseStage({
      level: 'real',
      soakSeconds: SOAK_SECONDS,
      progress: () => {},
      log: (line) => process.stderr.write(`${line}\n`),
      // there is no DNS and no network of Services here that a check could try
      more: { ...more, files, settings: { checks: { enabled: false }, ...more.settings } },
    });
    const kube = testClient(stage.cluster.kubeconfigPath);
    const made: Omit<Bench, 'open' | 'openEmpty'> = {
      stage,
      kube,
      lookout: keepLookout(kube, SHOWS_SECONDS),
      times: keepTimes(stage.world),
    };
    const openEmpty = async (name: string): Promise<App> => {
      await createNamespace(kube, name);
      return openApp(made, name);
    };
    bench = {
      ...made,
      openEmpty,
      async open(name, options) {
        const app = await openEmpty(name);
        await deployPath(stage.cluster.api, name, `./apps/${name}`, options);
        return app;
      },
    };
    await prepare?.(bench);
  }, RAISE_MS);
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') failed = true;
  });
  afterAll(async () => {
    if (bench === undefined) return;
    console.log(bench.times.inWords());
    if (failed) process.stderr.write(`the logs of all that ran are in ${keepLogs(bench.stage.cluster)}\n`);
    bench.lookout.stop();
    await bench.kube.close();
    await bench.stage.stop();
  }, RAISE_MS);
  return () => {
    if (bench === undefined) throw new Error('the stage is not raised yet');
    return bench;
  };
}
