/** What every role of a process is made from. Built once in `main.ts`, handed to each role that runs in it. */
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../kube/logger.ts';
import type { Manager } from '../kube/manager.ts';
import type { Redactor } from '../redact/redactor.ts';
import type { AuditFigures } from '../telemetry/auditMetrics.ts';

export interface Parts {
  /** Of Agent-SRE. */
  readonly version: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly redactor: Redactor;
  readonly client: KubeClient;
  readonly manager: Manager;
  /** Figures of the audit chain of a role. */
  readonly auditFigures: (chain: string) => AuditFigures;
  /** Where mirrors of repositories are kept. */
  readonly gitCacheDir: string;
}
