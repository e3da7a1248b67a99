"""The fee schedule: what a service is paid, what a new one changes, what is unbilled or wrongly billed."""
