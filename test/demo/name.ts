/** The demo's cluster is kept under this name. */
export const DEMO = 'demo';
