/** What remediation works with; built once, in the composition, and passed in. */
import type { Clock } from '../clock.ts';
import type { Repositories } from '../gitops/git/repositories.ts';
import type { Renderer } from '../gitops/render.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../kube/logger.ts';
import type { GuardSettings } from './guard.ts';

export interface RemediateDeps extends GuardSettings {
  readonly client: KubeClient;
  /** With credentials that may push. */
  readonly repositories: Repositories;
  readonly renderer: Renderer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Author and committer of our commits. */
  readonly author?: { readonly name: string; readonly email: string } | undefined;
  /** File of the key that signs them; absent: they are not signed. */
  readonly signingKeyFile?: string | undefined;
}
