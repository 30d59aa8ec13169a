/** Who is who: accounts on Git hosts and in chat, each of the one person as whom the API server knows them. Kept by administrators. */
import { z } from 'zod';

const identity = z.strictObject({
  user: z.string().min(1).max(253).describe('User name of the person in Kubernetes.'),
  groups: z.array(z.string().min(1).max(253)).max(256).default([]).describe('Groups of the person in Kubernetes.'),
  accounts: z
    .array(z.string().regex(/^[^\s/]+\/[^\s/]+$/u, 'is no account; write the host and the user’s name there, like github.com/alice'))
    .max(20)
    .default([])
    .describe('Accounts of the person: host and name, like github.com/alice. Upper and lower case are the same.'),
});

export const identities = z
  .array(identity)
  .max(5000)
  .default([])
  .check(({ value, issues }) => {
    const owners = new Map<string, string>();
    for (const [index, { user, accounts }] of value.entries()) {
      for (const [at, account] of accounts.entries()) {
        const owner = owners.get(account.toLowerCase());
        if (owner !== undefined) {
          const message = `${JSON.stringify(account)} is an account of ${owner} already; an account is one person’s`;
          issues.push({ code: 'custom', message, input: value, path: [index, 'accounts', at] });
        }
        owners.set(account.toLowerCase(), user);
      }
    }
  })
  .describe(
    'Which accounts on Git hosts are whose. What somebody may approve is asked of the API server, for the user and groups that stand here.',
  );
