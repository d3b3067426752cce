"""The console: pages in a browser for those who sign in. `routes` says who may do what; begin reading there."""
