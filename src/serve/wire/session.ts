import { type Static, Type } from 'typebox';
import { ROLES } from '../../store/index.ts';
import {
  closed,
  EditedFields,
  Id,
  Micros,
  MicrosOrNull,
  Name,
  pageOf,
  Version,
  words,
} from './terms.ts';

/** Shortest password that is accepted (NIST SP 800-63B asks for eight at least). */
export const MIN_PASSWORD = 10;

/** What a person may do; each role may all that those before it may. */
export const RoleName = words(ROLES);
/** See {@link RoleName}. */
export type RoleName = Static<typeof RoleName>;

const Password = Type.String({ minLength: 1, maxLength: 1000 });
const NewPassword = Type.String({ minLength: MIN_PASSWORD, maxLength: 1000 });

/** Who is signed in; all null when nobody is. */
export const Session = Type.Object({
  user: Type.Union([
    Type.Object({
      id: Id,
      name: Name,
      role: RoleName,
      mustChangePassword: Type.Boolean(),
    }),
    Type.Null(),
  ]),
  /** To be sent as the header `x-wiresift-csrf` with everything but GET and HEAD. */
  csrf: Type.Union([Type.String(), Type.Null()]),
  expiresAt: MicrosOrNull,
  /** Version of the program. */
  program: Type.String(),
});
/** See {@link Session}. */
export type Session = Static<typeof Session>;

/** Signing in. */
export const SignIn = Type.Object({ name: Name, password: Password }, closed);
/** See {@link SignIn}. */
export type SignIn = Static<typeof SignIn>;

/** Changing one's own password; all other sessions end. */
export const PasswordChange = Type.Object({ current: Password, next: NewPassword }, closed);
/** See {@link PasswordChange}. */
export type PasswordChange = Static<typeof PasswordChange>;

/** A person, as administrators see them. */
export const User = Type.Object({
  ...EditedFields,
  name: Name,
  role: RoleName,
  mustChangePassword: Type.Boolean(),
  disabled: Type.Boolean(),
  failedSignIns: Type.Number(),
  lockedUntil: MicrosOrNull,
  lastSignInAt: MicrosOrNull,
});
/** See {@link User}. */
export type User = Static<typeof User>;

/** Users. */
export const UserPage = pageOf(User);
/** See {@link UserPage}. */
export type UserPage = Static<typeof UserPage>;

/** A new user. Without a password one is made, and must be changed at the first sign-in. */
export const UserDraft = Type.Object(
  { name: Name, role: RoleName, password: Type.Optional(NewPassword) },
  closed,
);
/** See {@link UserDraft}. */
export type UserDraft = Static<typeof UserDraft>;

/** A user, and the password made for them: shown this once. */
export const UserAdded = Type.Object({
  user: User,
  password: Type.Union([Type.String(), Type.Null()]),
});
/** See {@link UserAdded}. */
export type UserAdded = Static<typeof UserAdded>;

/** Changes of a user; `resetPassword` makes a new one and ends their sessions. */
export const UserPatch = Type.Object(
  {
    version: Version,
    role: Type.Optional(RoleName),
    disabled: Type.Optional(Type.Boolean()),
    resetPassword: Type.Optional(Type.Literal(true)),
  },
  closed,
);
/** See {@link UserPatch}. */
export type UserPatch = Static<typeof UserPatch>;

/** Whom an alert can be given to. */
export const People = Type.Object({
  people: Type.Array(Type.Object({ id: Id, name: Name, role: RoleName })),
});
/** See {@link People}. */
export type People = Static<typeof People>;

/** A token for programs, without its secret. */
export const Token = Type.Object({
  ...EditedFields,
  userId: Id,
  name: Name,
  role: RoleName,
  expiresAt: MicrosOrNull,
  usedAt: MicrosOrNull,
  revokedAt: MicrosOrNull,
});
/** See {@link Token}. */
export type Token = Static<typeof Token>;

/** Tokens. */
export const TokenPage = pageOf(Token);
/** See {@link TokenPage}. */
export type TokenPage = Static<typeof TokenPage>;

/** A new token. It may at most what its maker may. */
export const TokenDraft = Type.Object(
  {
    name: Name,
    role: RoleName,
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650, description: 'Default 90' })),
  },
  closed,
);
/** See {@link TokenDraft}. */
export type TokenDraft = Static<typeof TokenDraft>;

/** A token with its secret: shown this once. */
export const TokenAdded = Type.Object({ token: Token, secret: Type.String() });
/** See {@link TokenAdded}. */
export type TokenAdded = Static<typeof TokenAdded>;

/** A line of the audit log. */
export const AuditLine = Type.Object({
  id: Type.Number(),
  at: Micros,
  by: Type.String(),
  /** Name of the user, or `by` when there is none of that id. */
  byName: Type.String(),
  address: Type.String(),
  action: Type.String(),
  objectId: Type.String(),
  details: Type.Record(Type.String(), Type.Unknown()),
});
/** See {@link AuditLine}. */
export type AuditLine = Static<typeof AuditLine>;

/** The audit log. */
export const AuditPage = pageOf(AuditLine);
/** See {@link AuditPage}. */
export type AuditPage = Static<typeof AuditPage>;
