/** What an export's id, which is Earth Engine's `requestId`, is made of. */
export const REQUEST_ID = /^[A-Za-z0-9-]{1,60}$/;
