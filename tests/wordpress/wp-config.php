<?php
// The settings of the WordPress of the tests: see serve.sh. The folder above the site holds everything.
$stand = dirname( __DIR__ );
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', "localhost:$stand/db.sock" );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
	define( $name . '_KEY', "not a secret, $name" );
	define( $name . '_SALT', "nor salt, $name" );
}
$table_prefix = 'wp_';
// A local site may take application passwords without https.
define( 'WP_ENVIRONMENT_TYPE', 'local' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'DISABLE_WP_CRON', true );
define( 'WP_DEFAULT_THEME', 'bare' );
define( 'WP_DEBUG', false );
// Where hosts or networks of sites distrust their editors, everything is filtered.
define( 'DISALLOW_UNFILTERED_HTML', file_exists( "$stand/filtered" ) );
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
