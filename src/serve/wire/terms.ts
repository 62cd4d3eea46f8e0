import { type Static, type TSchema, Type } from 'typebox';

/** Longest text that a person types into a field. */
export const MAX_TEXT = 4000;
/** Longest name of a person, token, file or hunt. */
export const MAX_NAME = 200;
/** Longest text of a filter, sort or cursor in an address. */
const MAX_TERM = 2000;

/** Objects with these members and no others. */
export const closed = { additionalProperties: false } as const;

/** Whole microseconds since 1970-01-01 UTC, or a length of time in microseconds. */
export const Micros = Type.Number({ description: 'Microseconds since 1970-01-01 UTC' });
/** As {@link Micros}, or null. */
export const MicrosOrNull = Type.Union([Micros, Type.Null()]);
/** An id, as the store makes them. */
export const Id = Type.String({ minLength: 1, maxLength: 200 });
/** An id, or null. */
export const IdOrNull = Type.Union([Id, Type.Null()]);
/** Name that people give. */
export const Name = Type.String({ minLength: 1, maxLength: MAX_NAME });
/** Text that people write. */
export const Text = Type.String({ maxLength: MAX_TEXT });
/** Version of a row; a change names the one it saw. */
export const Version = Type.Integer({ minimum: 1 });

/** Any of these words. */
export function words<const Words extends readonly string[]>(
  list: Words,
): Type.TUnsafe<Words[number]> {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...list] });
}

/** A schema or null. */
export function orNull<Schema extends TSchema>(
  schema: Schema,
): ReturnType<typeof Type.Union<[Schema, Type.TNull]>> {
  return Type.Union([schema, Type.Null()]);
}

/** What rows that people change carry. */
export const EditedFields = {
  id: Id,
  version: Version,
  createdAt: Micros,
  changedAt: Micros,
};

/** `:id` of a path. */
export const IdParams = Type.Object({ id: Id }, closed);
/** See {@link IdParams}. */
export type IdParams = Static<typeof IdParams>;

/** `?version=` of a removal. */
export const VersionQuery = Type.Object({ version: Version }, closed);

/**
 * How lists are asked for. `filter` may be given often and all must hold: `field:is:value`, where `is`
 * is one of `eq ne lt le gt ge in nin has starts empty some`; `in` and `nin` take values parted by `|`.
 */
export const ListQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: MAX_TERM })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    sort: Type.Optional(Type.String({ maxLength: 100 })),
    order: Type.Optional(words(['up', 'down'])),
    q: Type.Optional(Type.String({ maxLength: MAX_NAME })),
    filter: Type.Optional(Type.Array(Type.String({ maxLength: MAX_TERM }), { maxItems: 50 })),
    total: Type.Optional(Type.Boolean({ description: 'Count all rows that match, too' })),
  },
  closed,
);
/** See {@link ListQuery}. */
export type ListQuery = Static<typeof ListQuery>;

/** A page of rows; `next` is the cursor of the following page, null at the end. */
export function pageOf<Row extends TSchema>(
  row: Row,
): Type.TObject<{
  rows: Type.TArray<Row>;
  next: Type.TUnion<[Type.TString, Type.TNull]>;
  total: Type.TOptional<Type.TNumber>;
}> {
  return Type.Object({
    rows: Type.Array(row),
    next: Type.Union([Type.String(), Type.Null()]),
    total: Type.Optional(Type.Number()),
  });
}

/** What every refusal looks like. `todo` says what the caller can do. */
export const Problem = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    todo: Type.String(),
    /** Where in the request: a field or a parameter. */
    where: Type.Optional(Type.String()),
    /** Seconds to wait, when the caller was too fast. */
    retryAfter: Type.Optional(Type.Number()),
  }),
});
/** See {@link Problem}. */
export type Problem = Static<typeof Problem>;

/** A value and how often it occurs. */
export const Count = Type.Object({
  value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  count: Type.Number(),
});
/** See {@link Count}. */
export type Count = Static<typeof Count>;

/** Plain data whose members the schema does not fix. */
export const Plain = Type.Record(Type.String(), Type.Unknown());
/** See {@link Plain}. */
export type Plain = Static<typeof Plain>;
