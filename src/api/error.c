// SPDX-License-Identifier: Apache-2.0
#include "api/error.h"

static const struct api_error_row rows[API_ERROR_COUNT] = {
	[API_OK] = { 200, 0, "" },
	[API_INTERNAL] = { 500, -1000, "An unknown error occurred while processing the request." },
	[API_UNAUTHORIZED] = { 401, -1002, "You are not authorized to execute this request." },
	[API_TOO_MANY_REQUESTS] = { 429, -1003, "Too much request weight used; current limit is {}. Please use "
						"WebSocket Streams for live updates to avoid polling the API." },
	[API_BANNED] = { 418, -1003, "Way too much request weight used; IP banned until {}. Please use WebSocket "
				     "Streams for live updates to avoid bans." },
	[API_STATUS_UNKNOWN] = { 504, -1007, "Timeout waiting for response from backend server. Send status unknown; "
					     "execution status unknown." },
	[API_OVERLOADED] = { 503, -1008, "Server is currently overloaded with other requests. Please try again in a "
					 "few minutes." },
	[API_HISTORY_BEHIND] = { 503, -1008, "History is {} entries behind; please try again." },
	[API_MARKET_DATA_STALE] = { 503, -1008, "Market data is not up to date; please try again." },
	[API_RESTARTING] = { 503, -1016, "This service is starting and not yet available; please try again." },
	[API_MARKET_CLOSED] = { 400, -1013, "Market is closed." },
	[API_FILTER] = { 400, -1013, "Filter failure: {}" },
	[API_INVALID_MESSAGE] = { 400, -1013, "{}" },
	[API_UNSUPPORTED_ORDER] = { 400, -1014, "Unsupported order combination." },
	[API_TOO_MANY_ORDERS] = { 429, -1015, "Too many new orders; current limit is {}." },
	[API_UNSUPPORTED] = { 400, -1020, "This operation is not supported." },
	[API_TIMESTAMP_OUTSIDE] = { 400, -1021, "Timestamp for this request is outside of the recvWindow." },
	[API_TIMESTAMP_AHEAD] = { 400, -1021, "Timestamp for this request was 1000ms ahead of the server's time." },
	[API_REPLAYED] = { 400, -1022, "Signature for this request is not valid: it was already used." },
	[API_SIGNATURE] = { 400, -1022, "Signature for this request is not valid." },
	[API_ILLEGAL_CHARACTERS] = { 400, -1100, "Illegal characters found in parameter '{}'." },
	[API_TOO_MANY_PARAMETERS] = { 400, -1101, "Too many parameters sent for this endpoint." },
	[API_DUPLICATE_PARAMETER] = { 400, -1101, "Duplicate values for a parameter detected." },
	[API_MANDATORY] = { 400, -1102, "Mandatory parameter '{}' was not sent, was empty/null, or malformed." },
	[API_EITHER_MANDATORY] = { 400, -1102, "Param '{}' must be sent, but both were empty/null!" },
	[API_UNREAD_PARAMETERS] = { 400, -1104, "Not all sent parameters were read; read '{}'." },
	[API_EMPTY_PARAMETER] = { 400, -1105, "Parameter '{}' was empty." },
	[API_NOT_REQUIRED] = { 400, -1106, "Parameter '{}' sent when not required." },
	[API_BAD_ENCODING] = { 400, -1100, "Illegal characters found in a parameter." },
	[API_PRECISION] = { 400, -1111, "Parameter '{}' has too much precision." },
	[API_NO_DEPTH] = { 400, -1112, "No orders on book for symbol." },
	[API_TIME_IN_FORCE] = { 400, -1115, "Invalid timeInForce." },
	[API_ORDER_TYPE] = { 400, -1116, "Invalid orderType." },
	[API_SIDE] = { 400, -1117, "Invalid side." },
	[API_INTERVAL] = { 400, -1120, "Invalid interval." },
	[API_SYMBOL] = { 400, -1121, "Invalid symbol." },
	[API_INVALID_PARAMETER] = { 400, -1130, "Invalid data sent for parameter '{}'." },
	[API_RECV_WINDOW] = { 400, -1131, "recvWindow must be less than or equal to 30000." },
	[API_LOOKUP_INTERVAL] = { 400, -1127, "Lookup interval is too big." },
	[API_SIGNATURE_PLACE] = { 400, -1022, "Signature for this request is not valid: it must be the last parameter." },
	[API_BALANCE] = { 400, -2010, "Account has insufficient balance for requested action." },
	[API_DUPLICATE_ORDER] = { 400, -2010, "Duplicate order sent." },
	[API_WOULD_TAKE] = { 400, -2010, "Order would immediately match and take." },
	[API_NO_LIQUIDITY] = { 400, -2010, "Order book liquidity is less than LOT_SIZE filter minimum quantity." },
	[API_ACCOUNT_DISABLED] = { 400, -2010, "This action is disabled on this account." },
	[API_CAPACITY] = { 400, -2010, "The exchange has no more room for {}." },
	[API_UNKNOWN_ORDER] = { 400, -2011, "Unknown order sent." },
	[API_NO_SUCH_ORDER] = { 400, -2013, "Order does not exist." },
	[API_KEY_FORMAT] = { 401, -2014, "API-key format invalid." },
	[API_KEY_INVALID] = { 401, -2015, "Invalid API-key, IP, or permissions for action." },
	[API_NOT_FOUND] = { 404, -1000, "There is nothing at this path." },
	[API_METHOD] = { 405, -1000, "This path has another method." },
	[API_MALFORMED_HTTP] = { 400, -1000, "Malformed request: {}." },
};

const struct api_error_row *api_error_row(unsigned error)
{
	if (error == API_OK || error >= API_ERROR_COUNT)
		error = API_INTERNAL;
	return &rows[error];
}

// Refusals that only control entries meet never reach a customer: they stay API_INTERNAL (0).
static const struct {
	uint8_t error;
	const char *detail;
} refusals[REFUSED_COUNT] = {
	[REFUSED_UNKNOWN_MARKET] = { API_SYMBOL, "" },
	[REFUSED_MARKET_CLOSED] = { API_MARKET_CLOSED, "" },
	[REFUSED_UNKNOWN_CUSTOMER] = { API_KEY_INVALID, "" },
	[REFUSED_CUSTOMER_FROZEN] = { API_ACCOUNT_DISABLED, "" },
	[REFUSED_UNKNOWN_KEY] = { API_KEY_INVALID, "" },
	[REFUSED_PRICE_FILTER] = { API_FILTER, "PRICE_FILTER" },
	[REFUSED_LOT_SIZE] = { API_FILTER, "LOT_SIZE" },
	[REFUSED_NOTIONAL] = { API_FILTER, "NOTIONAL" },
	[REFUSED_BALANCE] = { API_BALANCE, "" },
	[REFUSED_OVERFLOW] = { API_INVALID_MESSAGE, "Price times quantity is out of range." },
	[REFUSED_DUPLICATE_CLIENT_ID] = { API_DUPLICATE_ORDER, "" },
	[REFUSED_WOULD_TAKE] = { API_WOULD_TAKE, "" },
	[REFUSED_NO_LIQUIDITY] = { API_NO_LIQUIDITY, "" },
	[REFUSED_UNKNOWN_ORDER] = { API_NO_SUCH_ORDER, "" },
	[REFUSED_ORDERS_FULL] = { API_FILTER, "EXCHANGE_MAX_NUM_ORDERS" },
	[REFUSED_CUSTOMER_ORDERS_FULL] = { API_FILTER, "MAX_NUM_ORDERS" },
	[REFUSED_LEVELS_FULL] = { API_CAPACITY, "price levels" },
};

enum api_error api_error_of_refusal(uint8_t refusal, bool was_cancel, const char **ret_detail)
{
	enum api_error error = API_INTERNAL;
	const char *detail = "";
	if (refusal < REFUSED_COUNT && refusals[refusal].error) {
		error = (enum api_error)refusals[refusal].error;
		detail = refusals[refusal].detail;
	}
	if (error == API_NO_SUCH_ORDER && was_cancel)
		error = API_UNKNOWN_ORDER;
	if (ret_detail)
		*ret_detail = detail;
	return error;
}

void api_problem_set(struct api_problem *to, enum api_error error, const char *detail)
{
	size_t size = detail ? strlen(detail) : 0;
	if (size > API_DETAIL_MAX)
		size = API_DETAIL_MAX;
	to->error = error;
	to->detail_size = (uint16_t)size;
	if (size)
		memcpy(to->detail, detail, size);
}
