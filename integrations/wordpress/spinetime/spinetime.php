<?php
/**
 * Plugin Name: Spinetime
 * Description: A kind of post for questions and answers from webinars, and the fields that "spinetime publish wordpress" fills.
 * Version: 1.0.0
 * Requires at least: 5.6
 * Requires PHP: 7.2
 * License: MIT
 * License URI: https://opensource.org/license/mit
 *
 * The MIT licence is compatible with WordPress's GPL: the text is in the file LICENSE beside this one.
 *
 * @package spinetime
 */

defined( 'ABSPATH' ) || exit;

/** The kind of post. Its name in addresses of the REST API is "spine-answers". */
const SPINETIME_TYPE = 'spine_answer';

/**
 * The fields, with what each holds.
 *
 * @return array<string, array{0: string, 1: string, 2: string}> Type, function that cleans it, description.
 */
function spinetime_fields() {
	return array(
		'spinetime_id'        => array( 'string', 'spinetime_clean_text', 'The id of the entry; never changes.' ),
		'spinetime_hash'      => array( 'string', 'spinetime_clean_text', 'SHA-256 of title, text and excerpt as spinetime wrote them.' ),
		'spinetime_episode'   => array( 'string', 'spinetime_clean_text', 'The id of the webinar.' ),
		'spinetime_experts'   => array( 'string', 'spinetime_clean_text', 'Who answers: "Jane Doe, MD", several joined by "; ".' ),
		'spinetime_credit'    => array( 'string', 'spinetime_clean_text', 'The credit lines.' ),
		'spinetime_held_on'   => array( 'string', 'spinetime_clean_text', 'The day on which the webinar was held: 2021-07-14.' ),
		'spinetime_recording' => array( 'string', 'spinetime_clean_address', 'The page of the recording.' ),
		'spinetime_watch'     => array( 'string', 'spinetime_clean_address', 'The recording, at the second where the answer begins.' ),
		'spinetime_start'     => array( 'integer', 'absint', 'Where the answer begins, in seconds.' ),
	);
}

/**
 * Plain text on one line: whoever prints it has to escape it all the same.
 *
 * @param mixed $value What came.
 * @return string
 */
function spinetime_clean_text( $value ) {
	$text = wp_check_invalid_utf8( is_scalar( $value ) ? (string) $value : '' );
	return trim( preg_replace( '/[<>\x00-\x1f\x7f]+/', ' ', $text ) );
}

/**
 * A web address, or nothing.
 *
 * @param mixed $value What came.
 * @return string
 */
function spinetime_clean_address( $value ) {
	$address = is_scalar( $value ) ? trim( (string) $value ) : '';
	return preg_match( '#^https?://[^\s"\'<>\\\\^`{|}]+$#i', $address ) ? $address : '';
}

/**
 * Who may write the fields of a post: whoever may edit the post.
 *
 * @param bool   $allowed Not used.
 * @param string $key     Not used.
 * @param int    $post_id The post.
 * @param int    $user_id Who wants to.
 * @return bool
 */
function spinetime_may_write( $allowed, $key, $post_id, $user_id ) {
	return user_can( $user_id, 'edit_post', $post_id );
}

/** Registers the kind of post and the fields, for it and for ordinary posts. */
function spinetime_register() {
	register_post_type(
		SPINETIME_TYPE,
		array(
			'labels'       => array(
				'name'          => 'Spine answers',
				'singular_name' => 'Spine answer',
			),
			'public'       => true,
			'has_archive'  => true,
			'rewrite'      => array( 'slug' => 'spine-answers' ),
			'menu_icon'    => 'dashicons-format-chat',
			'supports'     => array( 'title', 'editor', 'excerpt', 'custom-fields', 'revisions' ),
			'taxonomies'   => array( 'category', 'post_tag' ),
			'show_in_rest' => true,
			'rest_base'    => 'spine-answers',
		)
	);
	foreach ( array( SPINETIME_TYPE, 'post' ) as $type ) {
		foreach ( spinetime_fields() as $key => list( $kind, $clean, $about ) ) {
			register_post_meta(
				$type,
				$key,
				array(
					'type'              => $kind,
					'description'       => $about,
					'single'            => true,
					'default'           => 'integer' === $kind ? 0 : '',
					'sanitize_callback' => $clean,
					'auth_callback'     => 'spinetime_may_write',
					'show_in_rest'      => true,
				)
			);
		}
	}
}
add_action( 'init', 'spinetime_register' );

/** The addresses of the kind of post are known from the moment the plugin is switched on. */
function spinetime_activate() {
	spinetime_register();
	flush_rewrite_rules();
}
register_activation_hook( __FILE__, 'spinetime_activate' );

/** And until it is switched off: by then they are registered already. */
function spinetime_deactivate() {
	unregister_post_type( SPINETIME_TYPE );
	flush_rewrite_rules();
}
register_deactivation_hook( __FILE__, 'spinetime_deactivate' );
