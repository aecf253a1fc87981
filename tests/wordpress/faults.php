<?php
/*
 * Plugin Name: Faults on demand, for tests
 *
 * DIR/faults.json says how writing requests go wrong:
 *   {"skip": 3, "fail": 4, "status": 500, "when": "before" | "after", "pause_ms": 0}
 * after so many that go well, so many fail, before anything is done or after it; each one pauses first.
 */
function stand_fault( $when, $request ) {
	$path = dirname( ABSPATH ) . '/faults.json';
	if ( 'GET' === $request->get_method() || 'OPTIONS' === $request->get_method() || ! file_exists( $path ) ) {
		return;
	}
	$file = fopen( $path, 'r+' );
	flock( $file, LOCK_EX );
	$faults = json_decode( stream_get_contents( $file ), true );
	if ( $when !== $faults['when'] ) {
		return;
	}
	$fails = 0 === $faults['skip'] && $faults['fail'] > 0;
	if ( $faults['skip'] > 0 ) {
		--$faults['skip'];
	} elseif ( $faults['fail'] > 0 ) {
		--$faults['fail'];
	}
	rewind( $file );
	ftruncate( $file, 0 );
	fwrite( $file, json_encode( $faults ) );
	fclose( $file );
	usleep( 1000 * $faults['pause_ms'] );
	if ( $fails ) {
		http_response_code( $faults['status'] );
		header( 'Content-Type: text/html' );
		exit( '<h1>Something went wrong</h1>' );
	}
}
add_filter(
	'rest_pre_dispatch',
	function ( $result, $server, $request ) {
		stand_fault( 'before', $request );
		return $result;
	},
	10,
	3
);
add_filter(
	'rest_post_dispatch',
	function ( $response, $server, $request ) {
		stand_fault( 'after', $request );
		return $response;
	},
	10,
	3
);
