/** The table of what an installation knows of itself. */
export const FACTS_TABLE = 'installation_facts';

/** The fact that tells which `APP_SECRET` the data was written with. */
export const APP_SECRET_FINGERPRINT = 'app_secret_fingerprint';
