// Package config is what a deployment chooses: keys (keys.go) with values from flags, the environment, a
// file and defaults, in this order (layers.go), read strictly (load.go), checked (validate.go), and made
// into what other packages take. A new key is one line of Keys and one field of Config.
package config
