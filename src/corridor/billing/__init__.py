"""The fee schedule: what a service is paid, what a new schedule changes, what is unbilled or wrongly billed."""
