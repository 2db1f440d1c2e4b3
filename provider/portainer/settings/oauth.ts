/** Logins by an OAuth service. */
import { z } from "zod";
import type { Settings } from "../../../contract";
import { defined } from "../../core/properties";
import { IdSchema, idNumber } from "../../core/schema";

const AUTH_STYLES = ["auto", "parameters", "header"] as const;

export const OauthSchema = z.strictObject({
  /** Portainer's id at the identity provider. Portainer: `ClientID`. */
  clientId: z.string().optional(),
  /** Portainer's secret at the identity provider: secret, and never read back. Portainer cannot clear it. Portainer: `ClientSecret`. */
  clientSecret: z.string().min(1, "Portainer cannot clear it: leave it out").optional(),
  /** Where users log in. Portainer: `AuthorizationURI`. */
  authorizationUrl: z.string().optional(),
  /** Where Portainer exchanges the code for a token. Portainer: `AccessTokenURI`. */
  accessTokenUrl: z.string().optional(),
  /** Where Portainer asks who the user is. Portainer: `ResourceURI`. */
  resourceUrl: z.string().optional(),
  /** Where the identity provider sends users back to: Portainer's own URL. Portainer: `RedirectURI`. */
  redirectUrl: z.string().optional(),
  /** Where a logout leads to; `""` for none. Portainer: `LogoutURI`. */
  logoutUrl: z.string().optional(),
  /** The claim that holds the user's name: `"email"`. Portainer: `UserIdentifier`. */
  userIdentifier: z.string().optional(),
  /** The scopes, as the identity provider wants them: `"openid,email"`. Portainer: `Scopes`. */
  scopes: z.string().optional(),
  /** Whether a first login creates the user in Portainer. Portainer: `OAuthAutoCreateUsers`. */
  autoCreateUsers: z.boolean().optional(),
  /** The team of users that a login creates, by id or `Team`; 0 for none. Portainer: `DefaultTeamID`. */
  defaultTeamId: z.union([z.literal(0), IdSchema]).optional(),
  /** Whether a user who is logged in at the identity provider is not asked again. Portainer: `SSO`. */
  sso: z.boolean().optional(),
  /** How Portainer sends its id and secret. Portainer: `AuthStyle` 0, 1, 2. */
  authStyle: z.enum(AUTH_STYLES).optional(),
});

type Oauth = z.output<typeof OauthSchema>;
export type OauthWire = Settings["OAuthSettings"];

export function normalizeOauth({ defaultTeamId: team, ...rest }: Oauth): unknown {
  return { ...rest, defaultTeamId: team === undefined ? undefined : idNumber(team) };
}

export function oauthInputs(actual: OauthWire): Oauth {
  return {
    clientId: actual.ClientID,
    authorizationUrl: actual.AuthorizationURI,
    accessTokenUrl: actual.AccessTokenURI,
    resourceUrl: actual.ResourceURI,
    redirectUrl: actual.RedirectURI,
    logoutUrl: actual.LogoutURI,
    userIdentifier: actual.UserIdentifier,
    scopes: actual.Scopes,
    autoCreateUsers: actual.OAuthAutoCreateUsers,
    defaultTeamId: actual.DefaultTeamID,
    sso: actual.SSO,
    authStyle: AUTH_STYLES[actual.AuthStyle ?? 0],
  };
}

export function oauthFields(oauth: Oauth) {
  return defined({
    ClientID: oauth.clientId,
    ClientSecret: oauth.clientSecret,
    AuthorizationURI: oauth.authorizationUrl,
    AccessTokenURI: oauth.accessTokenUrl,
    ResourceURI: oauth.resourceUrl,
    RedirectURI: oauth.redirectUrl,
    LogoutURI: oauth.logoutUrl,
    UserIdentifier: oauth.userIdentifier,
    Scopes: oauth.scopes,
    OAuthAutoCreateUsers: oauth.autoCreateUsers,
    DefaultTeamID: oauth.defaultTeamId === undefined ? undefined : idNumber(oauth.defaultTeamId),
    SSO: oauth.sso,
    AuthStyle: oauth.authStyle && AUTH_STYLES.indexOf(oauth.authStyle),
  });
}
