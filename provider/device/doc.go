// Package device answers the requests of devices without a browser (RFC 8628): /device_authorization, and
// /device, where a user types the code and allows the device. Its tokens are the business of package grant.
package device
