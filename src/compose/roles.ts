/** What a process may play, as the command line names it. */
export const ROLES = ['gateway', 'investigator', 'executor'] as const;
export type Role = (typeof ROLES)[number];
