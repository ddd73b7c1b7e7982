/**
 * For a recursive query over `person (id)`, patients' ids: the other records of the same person, those that one of them has replaced and
 * those that have replaced it.
 */
export const PERSON_LINKS = `select record.id from person cross join record on json_extract(record.fields, '$."12"') = person.id
           where record.type = 1 and json_extract(record.fields, '$."12"') is not null
           union
           select json_extract(record.fields, '$."12"') from person cross join record on record.id = person.id
           where record.type = 1 and json_extract(record.fields, '$."12"') is not null`;

/** The start of a query whose first value is a patient's id: `person (id)` is that record and all others of the same person. */
export const PERSON_OF = `with recursive person (id) as (select ? union ${PERSON_LINKS})`;
