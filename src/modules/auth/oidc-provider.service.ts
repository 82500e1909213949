import { Injectable, Logger } from '@nestjs/common';
import type * as OpenIdClient from 'openid-client';
import { Config } from '../../kernel/config/config.js';
import { AppError } from '../../kernel/errors/app-error.js';

/** Seconds that an answer of the provider is waited for. */
const TIMEOUT = 10;

/** What must be the same when somebody comes back as when they were sent away. */
export interface Departure {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** The provider as the client library knows it, and the library, which a server without a provider has no use for. */
interface Provider {
  readonly oidc: typeof OpenIdClient;
  readonly client: OpenIdClient.Configuration;
}

/** Who came back, as the provider says. */
export interface Identity {
  readonly email: unknown;
  readonly emailVerified: boolean;
  readonly firstName: unknown;
  readonly lastName: unknown;
}

/**
 * The OpenID Connect provider of the configuration: authorization code with PKCE (RFC 7636, S256). It is asked for its
 * metadata when it is first needed, so that the server starts and runs without it.
 */
@Injectable()
export class OidcProvider {
  private readonly logger = new Logger('OidcProvider');
  private discovered: Promise<Provider> | null = null;

  constructor(private readonly config: Config) {}

  get redirectUri(): string {
    return `${this.config.publicUrl}/auth/oidc/callback`;
  }

  /** Where to send somebody, and what to remember until they are back. @throws AppError `not_found`, `provider_unavailable` */
  async depart(): Promise<{ url: string; departure: Departure }> {
    const { oidc, client } = await this.provider();
    const departure = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    };
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: this.redirectUri,
      scope: 'openid email profile',
      state: departure.state,
      nonce: departure.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(departure.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, departure };
  }

  /**
   * Who somebody is who came back with this query.
   * @throws AppError `not_found`, `oidc_sign_in_failed`, `provider_unavailable`
   */
  async arrive(query: string, { state, nonce, verifier }: Departure): Promise<Identity> {
    const { oidc, client } = await this.provider();
    const back = new URL(`${this.redirectUri}${query}`);
    const checks = {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    };
    try {
      const tokens = await oidc.authorizationCodeGrant(client, back, checks);
      const claims = tokens.claims()!;
      // What is not in the token may be told when asked for (OpenID Connect Core, 5.4).
      const more =
        claims.email === undefined && client.serverMetadata().userinfo_endpoint
          ? await oidc.fetchUserInfo(client, tokens.access_token, claims.sub)
          : {};
      const all: Record<string, unknown> = { ...claims, ...more };
      return {
        email: all.email,
        emailVerified: all.email_verified === true,
        firstName: all.given_name,
        lastName: all.family_name ?? all.name,
      };
    } catch (error) {
      throw this.asAppError(error);
    }
  }

  /** What the configuration says of the provider. @throws AppError `not_found` when there is none */
  required(): NonNullable<Config['oidc']> {
    if (!this.config.oidc) throw new AppError('not_found');
    return this.config.oidc;
  }

  private provider(): Promise<Provider> {
    const settings = this.required();
    this.discovered ??= this.discover(settings).catch((error: unknown) => {
      this.discovered = null;
      this.logger.warn(`the provider cannot be reached: ${String(error)}`);
      throw new AppError('provider_unavailable', { retryAfter: 5, cause: error });
    });
    return this.discovered;
  }

  private async discover({ issuer, clientId, clientSecret }: NonNullable<Config['oidc']>): Promise<Provider> {
    const oidc = await import('openid-client');
    const authentication = clientSecret === null ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
    // The configuration admits http for providers on this machine only.
    const execute = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
    const client = await oidc.discovery(new URL(issuer), clientId, undefined, authentication, {
      execute,
      timeout: TIMEOUT,
    });
    return { oidc, client };
  }

  /** What the provider or somebody's browser did wrong is a failed sign-in; a provider that is away is another thing. */
  private asAppError(error: unknown): AppError {
    if (isAway(error)) {
      this.logger.warn(`the provider cannot be reached: ${String(error)}`);
      return new AppError('provider_unavailable', { retryAfter: 5, cause: error });
    }
    this.logger.warn(`a sign-in failed: ${String(error)}`);
    return new AppError('oidc_sign_in_failed', { cause: error });
  }
}

/** Whether a request did not get through, or got an answer that servers give while they are down. */
function isAway(error: unknown): boolean {
  const { name, code, status, cause } = error as {
    name?: string;
    code?: string;
    status?: number;
    cause?: { status?: number; name?: string };
  };
  if (name === 'TypeError' && code === undefined) return true;
  if (code === 'OAUTH_TIMEOUT' || name === 'TimeoutError') return true;
  return (status ?? cause?.status ?? 0) >= 500;
}
