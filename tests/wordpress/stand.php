<?php
/*
 * What tests do to the WordPress of serve.sh, and what they look at, without its REST API:
 *   SPINETIME_STAND=DIR php stand.php COMMAND [ARGUMENT...]
 * Prints JSON.
 */
$stand = getenv( 'SPINETIME_STAND' );
$parts = parse_url( trim( file_get_contents( "$stand/address" ) ) );
$_SERVER += array(
	'HTTP_HOST'       => "{$parts['host']}:{$parts['port']}",
	'SERVER_PROTOCOL' => 'HTTP/1.1',
	'REQUEST_METHOD'  => 'GET',
);
list( , $command ) = $argv;
$arguments         = array_slice( $argv, 2 );
if ( 'install' === $command ) {
	define( 'WP_INSTALLING', true );
}
require "$stand/site/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/admin.php';

function stand_install( $url ) {
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	// The host is whatever asks; the address is the site's own.
	define( 'WP_SITEURL', $url );
	wp_install( 'Example Spine Center', 'admin', 'admin@example.org', false, '', wp_generate_password() );
	update_option( 'siteurl', $url );
	update_option( 'home', $url );
	switch_theme( 'bare' );
	$users = array( 'url' => $url );
	foreach ( array( 'editor', 'author', 'subscriber' ) as $role ) {
		$id = wp_insert_user(
			array(
				'user_login' => "{$role}-one",
				'user_pass'  => wp_generate_password(),
				'user_email' => "$role@example.org",
				'role'       => $role,
			)
		);
		$made           = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'spinetime' ) );
		$users[ $role ] = array(
			'name'     => "{$role}-one",
			'password' => WP_Application_Passwords::chunk_password( $made[0] ),
		);
	}
	return $users;
}

function stand_all() {
	$statuses = array_values( get_post_stati() );
	return get_posts(
		array(
			'post_type'   => array( 'post', 'spine_answer' ),
			'post_status' => array_diff( $statuses, array( 'auto-draft', 'inherit' ) ),
			'numberposts' => -1,
			'orderby'     => 'ID',
			'order'       => 'ASC',
		)
	);
}

function stand_posts() {
	$shown = array();
	foreach ( stand_all() as $post ) {
		$fields = array();
		foreach ( get_post_meta( $post->ID ) as $key => $values ) {
			if ( 0 === strpos( $key, 'spinetime_' ) ) {
				$fields[ $key ] = $values;
			}
		}
		$shown[] = array(
			'id'         => $post->ID,
			'type'       => $post->post_type,
			'name'       => $post->post_name,
			'status'     => $post->post_status,
			'title'      => $post->post_title,
			'content'    => $post->post_content,
			'excerpt'    => $post->post_excerpt,
			'modified'   => $post->post_modified_gmt,
			'date'       => $post->post_date,
			'author'     => get_userdata( $post->post_author )->user_login,
			'meta'       => (object) $fields,
			'categories' => wp_get_post_terms( $post->ID, 'category', array( 'fields' => 'names' ) ),
			'tags'       => wp_get_post_terms( $post->ID, 'post_tag', array( 'fields' => 'names' ) ),
			'rendered'   => apply_filters( 'the_content', $post->post_content ),
			'revisions'  => count( wp_get_post_revisions( $post->ID ) ),
		);
	}
	return $shown;
}

function stand_empty() {
	foreach ( stand_all() as $post ) {
		wp_delete_post( $post->ID, true );
	}
	foreach ( array( 'category', 'post_tag' ) as $taxonomy ) {
		foreach ( get_terms( array( 'taxonomy' => $taxonomy, 'hide_empty' => false ) ) as $term ) {
			wp_delete_term( $term->term_id, $taxonomy );
		}
	}
	return true;
}

function stand_permalinks( $kind ) {
	global $wp_rewrite;
	$wp_rewrite->set_permalink_structure( 'pretty' === $kind ? '/%postname%/' : '' );
	flush_rewrite_rules();
	return true;
}

function stand_plugin( $state ) {
	if ( 'on' === $state ) {
		$failed = activate_plugin( 'spinetime/spinetime.php' );
		return null === $failed;
	}
	deactivate_plugins( 'spinetime/spinetime.php' );
	return true;
}

// As a person who edits the post in WordPress: a revision is made, and whatever else follows.
function stand_edit( $id, $field, $value ) {
	return wp_update_post( wp_slash( array( 'ID' => (int) $id, $field => $value ) ), true );
}

// How many values of the whole database have this text.
function stand_grep( $text ) {
	global $wpdb;
	$found = 0;
	foreach ( $wpdb->get_col( 'SHOW TABLES' ) as $table ) {
		foreach ( $wpdb->get_results( "SELECT * FROM `$table`", ARRAY_N ) as $row ) {
			$found += count( array_filter( $row, function ( $value ) use ( $text ) {
				return false !== stripos( (string) $value, $text );
			} ) );
		}
	}
	return $found;
}

/*
 * Loads a file as WordPress's importer does. The importer itself is used where WORDPRESS_IMPORTER names its folder: it is
 * no part of WordPress, nor of Debian. Else this reads what WXR 1.2 says of posts, categories and fields, and hands it to
 * WordPress's own functions.
 */
function stand_import( $path ) {
	wp_set_current_user( get_user_by( 'login', 'admin' )->ID );
	$importer = getenv( 'WORDPRESS_IMPORTER' );
	if ( $importer ) {
		define( 'WP_LOAD_IMPORTERS', true );
		require_once "$importer/wordpress-importer.php";
		$import                    = new WP_Import();
		$import->fetch_attachments = false;
		ob_start();
		$import->import( $path );
		return array( 'importer' => 'wordpress-importer', 'said' => trim( wp_strip_all_tags( ob_get_clean() ) ) );
	}
	$document = new DOMDocument();
	$loaded   = $document->loadXML( file_get_contents( $path ), LIBXML_NONET );
	if ( ! $loaded || '1.2' !== $document->getElementsByTagName( 'wxr_version' )->item( 0 )->textContent ) {
		return false;
	}
	$count = 0;
	foreach ( $document->getElementsByTagName( 'item' ) as $item ) {
		$post = array();
		$meta = array();
		$terms = array();
		foreach ( $item->childNodes as $node ) {
			switch ( $node->nodeName ) {
				case 'title':
				case 'content:encoded':
				case 'excerpt:encoded':
					$post[ 'post_' . strtok( $node->nodeName, ':' ) ] = $node->textContent;
					break;
				case 'wp:status':
					$post['post_status'] = $node->textContent;
					break;
				case 'wp:post_date':
				case 'wp:post_date_gmt':
				case 'wp:post_name':
				case 'wp:post_type':
					$post[ substr( $node->nodeName, 3 ) ] = $node->textContent;
					break;
				case 'wp:postmeta':
					$meta[] = array(
						$node->getElementsByTagName( 'meta_key' )->item( 0 )->textContent,
						$node->getElementsByTagName( 'meta_value' )->item( 0 )->textContent,
					);
					break;
				case 'category':
					$terms[ $node->getAttribute( 'domain' ) ][] = $node->textContent;
					break;
			}
		}
		if ( ! post_type_exists( $post['post_type'] ) || post_exists( $post['post_title'], '', $post['post_date'], $post['post_type'] ) ) {
			continue;
		}
		$id = wp_insert_post( wp_slash( $post ), true );
		foreach ( $meta as list( $key, $value ) ) {
			add_post_meta( $id, wp_slash( $key ), wp_slash( $value ) );
		}
		foreach ( $terms as $taxonomy => $names ) {
			$numbers = array();
			foreach ( $names as $name ) {
				$term      = term_exists( $name, $taxonomy );
				$term      = $term ? $term : wp_insert_term( $name, $taxonomy );
				$numbers[] = (int) $term['term_id'];
			}
			wp_set_post_terms( $id, $numbers, $taxonomy );
		}
		++$count;
	}
	return array( 'importer' => 'stand-in', 'said' => "$count posts" );
}

$run = array(
	'install'    => 'stand_install',
	'posts'      => 'stand_posts',
	'empty'      => 'stand_empty',
	'permalinks' => 'stand_permalinks',
	'plugin'     => 'stand_plugin',
	'edit'       => 'stand_edit',
	'grep'       => 'stand_grep',
	'import'     => 'stand_import',
	'trash'      => 'wp_trash_post',
	'delete'     => function ( $id ) {
		return (bool) wp_delete_post( $id, true );
	},
);
if ( 'install' === $command ) {
	$arguments = array( trim( file_get_contents( "$stand/address" ) ) );
}
$result = call_user_func_array( $run[ $command ], $arguments );
echo json_encode( is_wp_error( $result ) ? array( 'error' => $result->get_error_message() ) : $result, JSON_PRETTY_PRINT ), "\n";
