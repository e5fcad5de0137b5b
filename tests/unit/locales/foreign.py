"""Sentences of others that reach people inside ours, and single words of ours that sentences quote: in the catalog without being raised."""

PYDANTIC = {  # by the type of the error: what it says of a value, {0}, {1}, ... where it names one
    "missing": "Field required",
    "extra_forbidden": "Extra inputs are not permitted",
    "value_error": "Value error, {0}",
    "json_invalid": "Invalid JSON: {0}",
    "model_type": "Input should be a valid dictionary or instance of {0}",
    "model_attributes_type": "Input should be a valid dictionary or object to extract fields from",
    "int_type": "Input should be a valid integer",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_parsing_size": "Unable to parse input string as an integer, exceeded maximum size",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "float_type": "Input should be a valid number",
    "float_parsing": "Input should be a valid number, unable to parse string as a number",
    "finite_number": "Input should be a finite number",
    "bool_type": "Input should be a valid boolean",
    "bool_parsing": "Input should be a valid boolean, unable to interpret input",
    "string_type": "Input should be a valid string",
    "string_too_short": "String should have at least {0} character{1}",
    "string_too_long": "String should have at most {0} character{1}",
    "string_pattern_mismatch": "String should match pattern '{0}'",
    "string_unicode": "Input should be a valid string, unable to parse raw data as a unicode string",
    "greater_than": "Input should be greater than {0}",
    "greater_than_equal": "Input should be greater than or equal to {0}",
    "less_than": "Input should be less than {0}",
    "less_than_equal": "Input should be less than or equal to {0}",
    "too_short": "{0} should have at least {1} item{2} after validation, not {3}",
    "too_long": "{0} should have at most {1} item{2} after validation, not {3}",
    "list_type": "Input should be a valid list",
    "dict_type": "Input should be a valid dictionary",
    "tuple_type": "Input should be a valid tuple",
    "literal_error": "Input should be {0}",
    "uuid_type": "UUID input should be a string, bytes or UUID object",
    "uuid_parsing": "Input should be a valid UUID, {0}",
    "datetime_type": "Input should be a valid datetime",
    "datetime_parsing": "Input should be a valid datetime, {0}",
    "datetime_from_date_parsing": "Input should be a valid datetime or date, {0}",
    "timezone_aware": "Input should have timezone info",
    "timezone_naive": "Input should not have timezone info",
    "date_type": "Input should be a valid date",
    "date_parsing": "Input should be a valid date in the format YYYY-MM-DD, {0}",
    "date_from_datetime_parsing": "Input should be a valid date or datetime, {0}",
    "date_from_datetime_inexact": "Datetimes provided to dates should have zero time - e.g. be exact dates",
    "time_type": "Input should be a valid time",
    "time_parsing": "Input should be in a valid time format, {0}",
    "time_delta_parsing": "Input should be a valid timedelta, {0}",
    "decimal_parsing": "Input should be a valid decimal",
    "url_type": "URL input should be a string or URL",
    "url_parsing": "Input should be a valid URL, {0}",
    "union_tag_invalid": "Input tag '{0}' found using {1} does not match any of the expected tags: {2}",
    "union_tag_not_found": "Unable to extract tag using discriminator {0}",
}

PYDANTIC_OF_JSON = ("Input should be an object", "Input should be a valid array", "Input should be a valid duration, {0}")

SCHEMAS = (  # JSON Schema, of jsonschema-rs
    '{0} is not of type "{1}"',
    "{0} is not of types {1}",
    '"{0}" is a required property',
    "Additional properties are not allowed ({0})",
    "{0} is not one of {1}",
    "False schema does not allow {0}",
    "{0} was expected",
    "{0} is less than the minimum of {1}",
    "{0} is greater than the maximum of {1}",
    "{0} is less than or equal to the minimum of {1}",
    "{0} is greater than or equal to the maximum of {1}",
    "{0} is shorter than {1} character",
    "{0} is shorter than {1} characters",
    "{0} is longer than {1} character",
    "{0} is longer than {1} characters",
    "{0} has less than {1} item",
    "{0} has less than {1} items",
    "{0} has more than {1} item",
    "{0} has more than {1} items",
    "{0} has non-unique elements",
    '{0} does not match "{1}"',
    '{0} is not a "{1}"',
    "{0} is not a multiple of {1}",
    "{0} is not valid under any of the schemas listed in the 'anyOf' keyword",
    "{0} is not valid under any of the schemas listed in the 'oneOf' keyword",
    "{0} is valid under more than one of the schemas listed in the 'oneOf' keyword",
)

SYSTEM = (
    "No such file or directory",
    "Permission denied",
    "No space left on device",
    "Read-only file system",
    "Is a directory",
    "Not a directory",
    "File exists",
    "Address already in use",
    "Connection refused",
    "Connection reset by peer",
    "Name or service not known",
)

HTTP = ("Not Found.", "Method Not Allowed.", "Unsupported Media Type.")

JSON = (
    "Expecting value",
    "Extra data",
    "Expecting property name enclosed in double quotes",
    "Expecting ',' delimiter",
    "Expecting ':' delimiter",
)

CRON = ("Wrong number of fields", "Bad minute", "Bad hour", "Bad day-of-month", "Bad month", "Bad day-of-week")

TIMES = (  # within what pydantic says of a date or a time
    "input is too short",
    "invalid character in year",
    "invalid character in month",
    "invalid character in day",
    "month value is outside expected range of 1-12",
    "day value is outside expected range",
    "hour value is outside expected range of 0-23",
    "minute value is outside expected range of 0-59",
)

NETWORKS = ("{0} does not appear to be an IPv4 or IPv6 network", "{0} has host bits set")

LIMITS = (  # of pydantic-ai
    "The next request would exceed the {0} of {1}. {2}",
    "The next tool call(s) would exceed the {0} of {1} ({2}). {3}",
    "Exceeded the {0} of {1} ({2}). {3}",
)

SPENT = ("{0} of {1} tokens", "${0} of ${1}", "{0} of {1} tokens, ${2} of ${3}")  # of a budget

NOTES = ("encrypted", "broken", "too-large", "closed")  # why a document cannot be read

PARTS = ("calendar", "address book", "mailbox", "source of documents")  # of which a workspace has one

RIGHTS = ("change contacts", "write documents")  # that an account was connected without

STATES = (
    "planning",
    "running",
    "waiting",
    "paused",
    "completed",
    "failed",
    "cancelled",
    "quarantined",
    "approved",
    "rejected",
    "answered",
    "expired",
)

FOREIGN = frozenset(
    (
        *PYDANTIC.values(),
        *PYDANTIC_OF_JSON,
        *SCHEMAS,
        *SYSTEM,
        *HTTP,
        *JSON,
        *CRON,
        *TIMES,
        *NETWORKS,
        *LIMITS,
        *SPENT,
        *NOTES,
        *PARTS,
        *RIGHTS,
        *STATES,
    )
)
