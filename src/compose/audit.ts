/** The audit of a role, from the configuration. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Audit, createAudit } from '../audit/chain.ts';
import type { AuditFigures } from '../telemetry/auditMetrics.ts';
import type { Parts } from './parts.ts';
import type { Role } from './roles.ts';

const DAY_MS = 24 * 3600 * 1000;

export function createRoleAudit({ config, client, clock, logger, redactor, auditFigures }: Parts, role: Role): Audit {
  const { signingKeyFile, retentionDays } = config.audit;
  return createAudit({
    client,
    namespace: config.namespace,
    chain: role,
    clock,
    logger,
    redactor,
    signingKey: () => readAuditKey(signingKeyFile),
    metrics: auditFigures(role) satisfies AuditFigures,
    limits: { retentionMs: retentionDays * DAY_MS },
  });
}

/** Read anew at each use, so that a rotated key counts at once. Rejects where there is to be a key and there is none that signs. */
export async function readAuditKey(file: string | undefined): Promise<KeyObject | undefined> {
  if (file === undefined) return undefined;
  const key = await readFile(file)
    .then((pem) => createPrivateKey(pem))
    .catch((cause: unknown) => {
      throw new Error(
        `audit.signingKeyFile: ${file} holds no private key that can be read; make one with: openssl genpkey -algorithm ed25519 -out ${file}`,
        { cause },
      );
    });
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new Error(
    `audit.signingKeyFile: ${file} holds a key of type ${key.asymmetricKeyType}; it has to be ed25519: openssl genpkey -algorithm ed25519 -out ${file}`,
  );
}
